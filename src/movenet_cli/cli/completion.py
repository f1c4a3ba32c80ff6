"""`movenet completion`: the script that makes a shell complete commands, options, models and files."""

from typing import Final

import click
from click.shell_completion import (
    BashComplete,
    FishComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
)

from movenet_cli.cli.option_types import Choice
from movenet_cli.cli.printing import print_data

ASKED_BY: Final = "_MOVENET_COMPLETE"
"""The variable by which that script asks `movenet` what could come next; Click looks at it by itself."""

_SHELLS: Final = ("bash", "zsh", "fish")


@add_completion_class
class BashWords(BashComplete):
    """Bash, which makes three words of `--format=json`."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, put together again, and the one to complete."""
        words, incomplete = super().get_completion_args()
        joined: list[str] = []
        for word in words:
            if joined and joined[-1].startswith("--") and (word == "=" or joined[-1].endswith("=")):
                joined[-1] += word
            else:
                joined.append(word)
        if joined and joined[-1].startswith("--"):  # what is incomplete is the option's value
            joined[-1] = joined[-1].removesuffix("=")
        return joined, incomplete


@add_completion_class
class ZshWords(ZshComplete):
    """Zsh, where what stands before the value of `--format=json` is kept."""

    source_template = ZshComplete.source_template.replace(
        "    for type key", "    compset -P '--*='\n    for type key"
    ).replace(" -U", ' -U -i "$IPREFIX"')


@add_completion_class
class FishWords(FishComplete):
    """Fish; likewise, and with values that have commas in them."""

    source_template = """\
function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -t) %(prog_name)s)
    set -l before (string match --regex -- '^--[^=]+=' (commandline -ct))

    for completion in $response
        set -l found (string split --max 1 "," $completion)
        switch $found[1]
            case dir
                set found (__fish_complete_directories $found[2])
            case file
                set found (__fish_complete_path $found[2])
            case '*'
                set found $found[2]
        end
        for each in $found
            echo "$before$each"
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


@click.command()
@click.argument("shell", metavar=f"[{'|'.join(_SHELLS)}]", type=Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print a script with which a shell completes commands, options, models, formats and files.

    \b
    bash:  eval "$(movenet completion bash)"      in ~/.bashrc
    zsh:   eval "$(movenet completion zsh)"       in ~/.zshrc, after compinit
    fish:  movenet completion fish | source       in ~/.config/fish/config.fish
    """
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - Click knows all three
    print_data(found(click.get_current_context().find_root().command, {}, "movenet", ASKED_BY).source())
