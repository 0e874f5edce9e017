"""What the house promises of its own arrangement, read from the sources alone.

Each function takes the folder of the repository and returns sentences, one for each
place that breaks its rule; nothing of the project is imported.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

#: The floors, the lowest first: each knows only those before it.
FLOORS = ("espace_famille", "espace_famille_billing", "espace_famille_portal")

#: How many files a room of models/ may have, its __init__.py apart.
LARGEST_ROOM = 16

#: Where rooms are.
HALLS = ("models", "controllers")

#: Folders of an addon that are no product code.
APART = {"tests", "demo", "migrations"}

#: What `domain/` may not import: Odoo, a clock, the environment.
FOREIGN_TO_DOMAIN = {"odoo", "time", "os", "sys", "freezegun", "psycopg2"}

#: Calls that read a clock.
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today")} | {
    ("date", "today")
}

#: Keys of the context that are Odoo's own.
KEYS_OF_ODOO = {
    "active_id",
    "active_ids",
    "active_model",
    "active_test",
    "allowed_company_ids",
    "bin_size",
    "create_user",
    "lang",
    "tz",
}

#: Where the keys of the context that are ours are listed, in backticks.
LIST_OF_KEYS = "docs/architecture.md"


def sources(folder: Path, *, apart: set[str] = APART) -> Iterator[tuple[Path, ast.AST]]:
    """Yield (path, syntax tree) of the Python files below a folder, in order."""
    for path in sorted(folder.rglob("*.py")):
        if not apart & set(path.relative_to(folder).parts):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


# === Rooms === #


def stray_files(root: Path) -> list[str]:
    """Find files that stand in models/ itself, in no room."""
    return [
        f"{path.relative_to(root)} stands in no room"
        for addon in FLOORS
        for path in sorted((root / "addons" / addon / "models").glob("*.py"))
        if path.name != "__init__.py"
    ]


def crowded_rooms(root: Path) -> list[str]:
    """Find rooms of models/ with too many files to be looked through at a glance."""
    found = []
    for addon in FLOORS:
        for room in sorted((root / "addons" / addon / "models").glob("*/")):
            files = [p for p in room.glob("*.py") if p.name != "__init__.py"]
            if len(files) > LARGEST_ROOM:
                found.append(f"{room.relative_to(root)} has {len(files)} files")
    return found


def circles(root: Path) -> list[str]:
    """Find rooms of one addon that import one another, directly or by others."""
    found = []
    for addon in FLOORS:
        for hall in HALLS:
            knows = known_rooms(root / "addons" / addon / hall)
            found += [
                f"{addon}/{hall}: {' → '.join(circle)}" for circle in circles_of(knows)
            ]
    return found


def known_rooms(hall: Path) -> dict[str, set[str]]:
    """Return {room: the other rooms of the hall that its files import}."""
    knows = defaultdict(set)
    rooms = {path.name for path in hall.glob("*/")}
    for path, tree in sources(hall):
        room = path.relative_to(hall).parts[0]
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            other = imported_room(node, hall)
            if other in rooms and room in rooms and other != room:
                knows[room].add(other)
    return knows


def imported_room(node: ast.ImportFrom, hall: Path) -> str:
    """Return the first part of what is imported from the hall, empty if elsewhere."""
    module = node.module or ""
    if node.level == 2:  # from ..room.file, from a file in a room
        return module.partition(".")[0]
    absolute = f"odoo.addons.{hall.parent.name}.{hall.name}."
    if node.level == 0 and module.startswith(absolute):
        return module.removeprefix(absolute).partition(".")[0]
    return ""


def circles_of(knows: dict[str, set[str]]) -> list[list[str]]:
    """Return a way round for each room that leads back to itself."""
    found = []
    for start in sorted(knows):
        ways = [[start]]
        seen = set()
        while ways:
            way = ways.pop()
            for room in sorted(knows.get(way[-1], ())):
                if room == start:
                    found.append([*way, start])
                    ways = []
                    break
                if room not in seen:
                    seen.add(room)
                    ways.append([*way, room])
    return found


# === Models === #


def repeated_methods(root: Path) -> list[str]:
    """Find methods that one addon defines twice for the same model.

    The order of imports would decide which of them is called first. A method of a
    mixin that the model itself defines is another matter: the model names its mixin.
    """
    found = []
    for addon in FLOORS:
        defined = defaultdict(list)
        for path, tree in sources(root / "addons" / addon):
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and (model := model_of(node)):
                    for method in methods_of(node):
                        defined[model, method].append(path.relative_to(root))
        found += [
            f"{model}.{method} is defined in {' and in '.join(map(str, places))}"
            for (model, method), places in sorted(defined.items())
            if len(places) > 1
        ]
    return found


def model_of(node: ast.ClassDef) -> str:
    """Return the name of the model that a class defines or extends, else nothing."""
    values = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            name = getattr(statement.targets[0], "id", "")
            if name in ("_name", "_inherit"):
                values[name] = ast.literal_eval(statement.value)
    if "_name" in values:
        return values["_name"]
    inherited = values.get("_inherit", "")
    return inherited if isinstance(inherited, str) else inherited[0]


def methods_of(node: ast.ClassDef) -> Iterator[str]:
    """Yield the names of the methods that a class defines."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name


# === Floors === #


def upward_glances(root: Path) -> list[str]:
    """Find files of a floor that name an addon above it."""
    found = []
    for number, addon in enumerate(FLOORS):
        above = re.compile("|".join(rf"\b{name}\b" for name in FLOORS[number + 1 :]))
        if not above.pattern:
            continue
        for path in sorted((root / "addons" / addon).rglob("*")):
            if path.suffix in (".py", ".xml", ".js", ".csv") and above.search(
                path.read_text(encoding="utf-8")
            ):
                found.append(f"{path.relative_to(root)} knows a floor above its own")
    return found


def impure_rules(root: Path) -> list[str]:
    """Find what in domain/ imports Odoo, reads a clock or the environment."""
    found = []
    for addon in FLOORS:
        for path, tree in sources(root / "addons" / addon / "domain"):
            for node in ast.walk(tree):
                if what := impurity(node):
                    found.append(f"{path.relative_to(root)}:{node.lineno} {what}")
    return found


def impurity(node: ast.AST) -> str:
    """Say what a node does that a rule may not, else nothing."""
    if isinstance(node, ast.Import):
        names = {alias.name.partition(".")[0] for alias in node.names}
        if foreign := names & FOREIGN_TO_DOMAIN:
            return f"imports {', '.join(sorted(foreign))}"
    if isinstance(node, ast.ImportFrom):
        first = (node.module or "").partition(".")[0]
        if node.level == 0 and first in FOREIGN_TO_DOMAIN:
            return f"imports {first}"
        if node.level > 1:
            return "imports what is outside domain/"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        name = getattr(owner, "id", getattr(owner, "attr", ""))
        if (name, node.func.attr) in CLOCKS:
            return f"reads a clock: {name}.{node.func.attr}()"
    return ""


# === Contexts === #


def undocumented_keys(root: Path) -> list[str]:
    """Find keys of the context that code reads and the documentation does not list."""
    listed = set(re.findall(r"`(\w+)`", (root / LIST_OF_KEYS).read_text("utf-8")))
    constants = {}
    read = defaultdict(set)
    trees = [pair for addon in FLOORS for pair in sources(root / "addons" / addon)]
    for _path, tree in trees:
        constants |= text_constants(tree)
    for path, tree in trees:
        for node in ast.walk(tree):
            if key := key_read(node, constants):
                read[key].add(str(path.relative_to(root)))
    return [
        f"the key {key} of the context is not listed in {LIST_OF_KEYS}: "
        + ", ".join(sorted(places))
        for key, places in sorted(read.items())
        if key not in listed | KEYS_OF_ODOO
    ]


def text_constants(tree: ast.Module) -> dict[str, str]:
    """Return {name: text} of the constants that a module defines."""
    return {
        statement.targets[0].id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def key_read(node: ast.AST, constants: dict[str, str]) -> str:
    """Return the key of the context that a node reads, empty if it reads none."""
    argument = None
    if isinstance(node, ast.Subscript) and is_context(node.value):
        argument = node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "get" and is_context(node.func.value) and node.args:
            argument = node.args[0]
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "is_allowed":
        argument = node.args[1]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.Name) and argument.id.isupper():
        return constants.get(argument.id, argument.id)
    return ""


def is_context(node: ast.AST) -> bool:
    """Whether a node is the context of an environment."""
    return isinstance(node, ast.Attribute) and node.attr == "context"


# === Odoo's private interface === #

#: Where what is used of it is listed, in backticks, with the test that would notice.
LIST_OF_INTERNALS = "docs/odoo-internals.md"

#: Private by their name alone: methods of tuples that Python documents.
OF_PYTHON = {"_asdict", "_fields", "_make", "_replace"}


def unlisted_internals(root: Path) -> list[str]:
    """Find private names of Odoo, called or extended, that the list does not hold."""
    listed = set(re.findall(r"`(_\w+)`", (root / LIST_OF_INTERNALS).read_text("utf-8")))
    trees = [
        pair
        for addon in FLOORS
        for pair in sources(root / "addons" / addon)
        if "domain" not in pair[0].parts
    ]
    own = {name for _path, tree in trees for name in own_names(tree)}
    found = defaultdict(set)
    for path, tree in trees:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and re.match(r"_[a-z]", node.attr)
                and node.attr not in own | listed | OF_PYTHON
            ):
                found[node.attr].add(str(path.relative_to(root)))
    return [
        f"{name} of Odoo is not listed in {LIST_OF_INTERNALS}: "
        + ", ".join(sorted(places))
        for name, places in sorted(found.items())
    ]


def own_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module makes: a method that extends another is none."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef)
            and not extends(node)
            or isinstance(node, ast.ClassDef)
        ):
            yield node.name
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield getattr(target, "id", getattr(target, "attr", ""))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def extends(function: ast.FunctionDef) -> bool:
    """Whether a method calls the one that it extends."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == function.name
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "super"
        for node in ast.walk(function)
    )


def loose_calls(root: Path) -> list[str]:
    """Find handlers of OWL that call something else than a method of an object.

    OWL hands a handler what it names as a plain function: a method has lost its `this`
    there, and `Number` and its like are not known at all.
    """
    return [
        f"{path.relative_to(root)}: {handler} calls {name}: make it this.{name}"
        for path in sorted(root.glob("addons/*/static/src/**/*.xml"))
        for handler in re.findall(r't-on-[\w.-]+="([^"]*)"', path.read_text("utf-8"))
        for name in re.findall(r"(?<![\w.])([A-Za-z_]\w*)\(", handler)
    ]


def missing_witnesses(root: Path) -> list[str]:
    """Find tests that the list of internals names and that are not there."""
    text = (root / LIST_OF_INTERNALS).read_text("utf-8")
    return [
        f"{LIST_OF_INTERNALS} names {path}, which is not there"
        for path in re.findall(r"`((?:addons|tests)/[\w/]+\.py)`", text)
        if not (root / path).exists()
    ]
