"""`movenet models`: what models there are, which are here, and getting them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

import click

from movenet_cli.cli.options import Text, options_of
from movenet_cli.cli.printing import say
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode, ModelError
from movenet_cli.models.hub.catalogue import CATALOGUE, CatalogueModel, catalogue_model
from movenet_cli.models.hub.resolve import find_local, is_local, not_cached

fetch_option = options_of("models", "fetch")

_HEADINGS = ("NAME", "VERSION", "KIND", "INPUT", "SIZE", "LICENCE", "CACHED", "GOOD FOR")


@click.group()
def models() -> None:
    """List, fetch and verify the MoveNet models.

    Models are kept in the folder that MOVENET_HOME names, or else in the user's cache folder.
    """


@models.command("list")
@options_of("models", "list")("--json", "as_json", is_flag=True, help="Everything that is known, as JSON.")
def list_models(as_json: bool) -> None:
    """Show all models and which of them are on this machine."""
    if as_json:
        rows = [asdict(model) | {"cached": is_local(model)} for model in CATALOGUE.values()]
        click.echo(json.dumps(rows, indent=2))
    else:
        click.echo(_table([_HEADINGS, *(_row(model) for model in CATALOGUE.values())]))


@models.command()
@click.argument("names", metavar="NAME...", nargs=-1, type=Text())
@fetch_option("--all", "all_of_them", is_flag=True, help="Every model there is.")
@fetch_option("--force", is_flag=True, help="Download again what is cached already, whole or corrupt.")
@fetch_option("--offline", is_flag=True, also_from=["MOVENET_OFFLINE"], help="Never touch the network.")
@fetch_option(
    "--mirror",
    metavar="URL",
    type=Text(),
    also_from=["MOVENET_MIRROR"],
    help="Base address of a server of your own, asked instead of Kaggle and TF Hub: URL stands for the "
    "scheme and host of every address in `movenet models list --json`, path and query stay.",
)
def fetch(
    names: tuple[str, ...], all_of_them: bool, force: bool, offline: bool, mirror: str | None
) -> ExitCode:
    """Download models into the cache, each verified before it is there.

    A model that is cached is checked and left alone.
    """
    if all_of_them == bool(names):
        raise click.UsageError("give the names of models, or --all")
    if force and offline:
        raise click.UsageError("--force downloads and --offline forbids it")
    wanted = list(CATALOGUE.values()) if all_of_them else [catalogue_model(name) for name in names]
    _for_each(wanted, lambda model: _fetch(model, force=force, offline=offline, mirror=mirror))
    return ExitCode.OK


@models.command()
@click.argument("name", type=Text())
def path(name: str) -> None:
    """Print where a model is on this machine; exit 4 if it is not."""
    model = catalogue_model(name)
    found = find_local(model)
    if found is None:
        raise not_cached(model)
    click.echo(str(found.path))


@models.command()
def verify() -> None:
    """Check every model on this machine against the hash of its first download; exit 4 if one is corrupt."""
    here = [model for model in CATALOGUE.values() if is_local(model)]
    if not here:
        say("no model is on this machine yet")
    _for_each(here, _verify)


def _for_each(wanted: Sequence[CatalogueModel], action: Callable[[CatalogueModel], None]) -> None:
    """Do something to every model; of several, those that fail are named at the end."""
    if len(wanted) == 1:
        action(wanted[0])
        return
    failed = [model.name for model in wanted if not _succeeds(model, action)]
    if failed:
        raise ModelError(f"{len(failed)} of {counted(len(wanted), 'model')} failed: {', '.join(failed)}")


def _succeeds(model: CatalogueModel, action: Callable[[CatalogueModel], None]) -> bool:
    try:
        action(model)
    except ModelError as error:
        say(f"movenet: {error}", "error")
        return False
    return True


def _verify(model: CatalogueModel) -> None:
    """Print the name and hash of one model that is here, if it is what it was."""
    found = find_local(model)
    if found is not None:
        click.echo(f"{model.name}  ok  {found.sha256}")


def _fetch(model: CatalogueModel, *, force: bool, offline: bool, mirror: str | None) -> None:
    """Make sure that one model is here, and say where."""
    found = None if force and not model.shipped else find_local(model)
    if found is None:
        if offline:
            raise not_cached(model)
        from movenet_cli.cli.download_bar import download_bar  # noqa: PLC0415 - the HTTP client is slow to start
        from movenet_cli.models.hub.fetch import fetch as download  # noqa: PLC0415

        with download_bar() as progress:
            found = download(model, mirror=mirror, progress=progress, force=force)
    say(f"{model.name}: {found.path}")


def _row(model: CatalogueModel) -> tuple[str, ...]:
    size = str(model.input_size) if model.input_size else "any"
    here = "yes" if is_local(model) else "no"
    megabytes = f"{model.megabytes:g} MB"
    return model.name, f"v{model.version}", model.kind, size, megabytes, model.licence, here, model.good_for


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns, two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
