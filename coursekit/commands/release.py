"""``coursekit release``: what learners get, as a folder or an archive."""

import argparse
from pathlib import Path

from coursekit.commands.base import BROKEN, DONE, MISUSED, add_command, complain
from coursekit.commands.lessons import add_lessons, chosen

EXAMPLES = """\
examples:
  coursekit release norms                       a folder 'norms' to hand out
  coursekit release norms --zip                 the same as one file, norms.zip
  coursekit release week1 --lessons 00 01 02    some lessons only
  coursekit release norms --repository you/norms
                                                with buttons for Colab and Binder

Nothing is written if an answer, a note for instructors or a saved output is found.
"""
#: More findings than this say nothing new.
MOST_SHOWN = 20


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, release, EXAMPLES)
    command.add_argument(
        "out", type=Path, metavar="OUT", help="the folder to make; not there yet"
    )
    add_lessons(command, "each with its exercise (default: all)")
    command.add_argument(
        "--zip", action="store_true", help="write OUT.zip in place of a folder"
    )
    command.add_argument(
        "--repository",
        metavar="OWNER/NAME[@BRANCH]",
        help="where on GitHub the release is going to be, for buttons in notebooks",
    )


def release(options: argparse.Namespace) -> int:
    """Make what learners get, after searching it for answers."""
    from coursekit.authoring.build import find_root
    from coursekit.authoring.release import contents, scan, secrets, ways_in, write
    from coursekit.authoring.sources import BuildError
    from coursekit.study.folder import for_learners

    try:
        asked = options.repository
        repository = ways_in.read_repository(asked) if asked else None
        root = find_root()
        paths = chosen(root / "notebooks", options.lessons)
    except (BuildError, LookupError) as error:
        return complain("release", error.args[0], MISUSED)
    lessons = [path.stem for path in paths]
    try:
        files = contents.contents(root, lessons, for_learners, repository)
        known = secrets.read_secrets(root)
    except BuildError as error:
        return complain("release", error, BROKEN)
    if findings := scan.scan(files, known):
        return complain("release", _refused(findings), BROKEN)
    out = options.out.with_name(f"{options.out.name.removesuffix('.zip')}.zip")
    try:
        if options.zip:
            write.write_archive(files, out)
        else:
            write.write_folder(files, out := options.out)
    except write.WriteError as error:
        return complain("release", error, MISUSED)
    size = sum(map(len, files.values())) / 1e6
    numbers = ", ".join(name.partition("_")[0] for name in lessons)
    print(
        f"{out}: lesson {numbers} with exercise, {len(files)} files, {size:.1f} MB. "
        f"None of the {len(known.own_lines)} lines of {len(known.answers)} answers was "
        "found in what learners open."
    )
    for line in contents.loose_links(files):
        print(line)
    return DONE


def _refused(findings: list) -> str:
    shown = [f"  {finding}" for finding in findings[:MOST_SHOWN]]
    rest = len(findings) - len(shown)
    shown += [f"  and {rest} more"] if rest > 0 else []
    return "\n".join(
        [
            "nothing was written: it would have shown learners what they must not see.",
            *shown,
            "Take it out of the source, run 'coursekit build', and release again.",
        ]
    )
