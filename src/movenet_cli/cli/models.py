"""`movenet models`: lists, downloads and verifies the models."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

import click

from movenet_cli.cli.configured import ConfiguredCommand, config_options
from movenet_cli.cli.option_types import ModelText, Text
from movenet_cli.cli.options import OFFLINE, options_of
from movenet_cli.cli.printing import print_data, print_message
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode, ModelError
from movenet_cli.models.hub.catalogue import CATALOGUE, CatalogueModel, catalogue_model
from movenet_cli.models.hub.resolve import find_local, is_local, not_cached

list_option = options_of("models", "list")
fetch_option = options_of("models", "fetch")

_HEADINGS = ("NAME", "VERSION", "KIND", "INPUT", "SIZE", "LICENCE", "CACHED", "GOOD FOR")


@click.group()
def models() -> None:
    """List, download and verify the models.

    Models are kept in the folder MOVENET_HOME, or in your cache folder when that is not set.
    """


@models.command("list", cls=ConfiguredCommand)
@list_option("--json", "as_json", is_flag=True, help="Print everything that is known of the models, as JSON.")
@config_options(list_option)
def list_models(as_json: bool) -> None:
    """Show all models, and which of them are on this machine."""
    if as_json:
        rows = [asdict(model) | {"cached": is_local(model)} for model in CATALOGUE.values()]
        print_data(json.dumps(rows, indent=2))
    else:
        print_data(_table([_HEADINGS, *(_row(model) for model in CATALOGUE.values())]))


@models.command(cls=ConfiguredCommand)
@click.argument("names", metavar="NAME...", nargs=-1, type=ModelText(only_names=True))
@fetch_option("--all", "all_of_them", is_flag=True, help="Download all models.")
@fetch_option("--force", is_flag=True, help="Download again what is in the cache already.")
@fetch_option("--offline", **OFFLINE)
@fetch_option(
    "--mirror",
    metavar="URL",
    type=Text(),
    also_from=["MOVENET_MIRROR"],
    help="Download from your own server instead of Kaggle and TF Hub: URL replaces the scheme and host of "
    "every address in `movenet models list --json`; path and query stay.",
)
@config_options(fetch_option)
def fetch(
    names: tuple[str, ...], all_of_them: bool, force: bool, offline: bool, mirror: str | None
) -> ExitCode:
    """Download models into the cache, and verify each before it is used.

    Models that are in the cache already are verified only.
    """
    if all_of_them == bool(names):
        raise click.UsageError("name the models, or use --all")
    if force and offline:
        raise click.UsageError("--force and --offline contradict each other")
    wanted = list(CATALOGUE.values()) if all_of_them else [catalogue_model(name) for name in names]
    _for_each(wanted, lambda model: _fetch(model, force=force, offline=offline, mirror=mirror))
    return ExitCode.OK


@models.command()
@click.argument("name", type=ModelText(only_names=True))
def path(name: str) -> None:
    """Print where a model is on this machine. Exit code 4 if it is not there."""
    model = catalogue_model(name)
    found = find_local(model)
    if found is None:
        raise not_cached(model)
    print_data(str(found.path))


@models.command()
def verify() -> None:
    """Check models on this machine against their downloads' hashes. Exit code 4 if one is corrupt."""
    here = [model for model in CATALOGUE.values() if is_local(model)]
    if not here:
        print_message("there is no model on this machine yet")
    _for_each(here, _verify)


def _for_each(wanted: Sequence[CatalogueModel], action: Callable[[CatalogueModel], None]) -> None:
    """Do something with each model; of several, those that fail are named at the end."""
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
        print_message(f"movenet: {error}", "error")
        return False
    return True


def _verify(model: CatalogueModel) -> None:
    """Print the name and hash of one model that is here, if it is what it was."""
    found = find_local(model)
    if found is not None:
        print_data(f"{model.name}  ok  {found.sha256}")


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
    print_message(f"{model.name}: {found.path}")


def _row(model: CatalogueModel) -> tuple[str, ...]:
    size = str(model.input_size or "any")
    here = "yes" if is_local(model) else "no"
    megabytes = f"{model.megabytes:g} MB"
    return model.name, f"v{model.version}", model.kind, size, megabytes, model.licence, here, model.good_for


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns, two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
