"""Let these tests import the rules without Odoo and without a database.

The ``domain`` folder of each addon becomes a package of its own::

    from espace_famille_domain import cutoff
    from espace_famille_billing_domain import pricing
"""

import importlib.util
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def alias(name: str, folder: Path) -> None:
    """Make ``folder`` importable as package ``name``; modules load when asked for."""
    init = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        name, init if init.exists() else None, submodule_search_locations=[str(folder)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    if init.exists():
        spec.loader.exec_module(package)


for addon in sorted(ADDONS.iterdir()):
    if (addon / "domain").is_dir() and f"{addon.name}_domain" not in sys.modules:
        alias(f"{addon.name}_domain", addon / "domain")

# A busy machine is slow, not wrong.
settings.register_profile(
    "espace", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("espace")
