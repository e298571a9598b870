"""A simulator of labour migration.

sim lets households of a region decide where to work: at home or abroad, under the exchange rates, wages, laws and entry
bans of the time. It compares what happened with what another policy would have brought about.

USAGE
  sim COMMAND [key=value ...] [options]

COMMANDS
{commands}

FIRST STEPS
  sim scenarios                                  what can be run, and which question each scenario asks
  sim run population=small seeds=2               a first look, in seconds
  sim compare scenario=no_ban against=history    a counterfactual, with a report to read
  sim COMMAND --help                             the page of a command

EXIT STATUS
  0  done
  1  sim rerun alone: the run did not repeat
  2  bad input: one line on standard error says where, what was given and what is allowed; nothing is written
  130  interrupted (Ctrl-C): no half results are left

FILES
  results/NAME/   a run: tables as Parquet, run.json with everything needed to repeat it
  configs/        the configuration: scenarios, policies, regions, populations
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from sim import __version__
from sim.cli import commands
from sim.errors import InputError, unknown_name

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
HELP = ("--help", "-h")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _dispatch(given)
        sys.stdout.flush()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("interrupted: no half results are left", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our output has gone (`sim data | head`): close quietly, also at the interpreter's end
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return status


def command_names() -> tuple[str, ...]:
    """The commands there are: one a file in ``sim/cli/commands``, in the order of a first day's use."""
    names = {module.name for module in pkgutil.iter_modules(commands.__path__)}
    return tuple(sorted(names, key=lambda name: (commands.ORDER.get(name, len(commands.ORDER)), name)))


def _dispatch(given: list[str]) -> int:
    if not given or given[0] in (*HELP, "help"):
        if len(given) > 1 and given[0] == "help":
            return _dispatch([given[1], "--help"])
        print(_page())
        return DONE
    name, *rest = given
    if name == "--version":
        print(f"labour-migration-sim {__version__}")
        return DONE
    if name not in command_names():
        raise unknown_name("command", name, command_names(), "command")
    if any(option in rest for option in HELP):
        print(_page_of(name))
        return DONE
    return importlib.import_module(f"{commands.__name__}.{name}").main(rest)


def _page() -> str:
    lines = [f"  {name:<11} {_page_of(name).splitlines()[0]}" for name in command_names()]
    return (__doc__ or "").strip().format(commands="\n".join(lines))


def _page_of(name: str) -> str:
    """A command's docstring, read from its source: importing a command loads libraries that help has no use for."""
    source = pkgutil.get_data(commands.__name__, f"{name}.py") or b""
    return ast.get_docstring(ast.parse(source)) or ""
