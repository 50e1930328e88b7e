"""The build hook: translations are compiled where the project is built.

Translators edit ``messages.po``; Flask-Babel reads ``messages.mo``. The compiled files are not
committed, so every build makes them, the editable one too. A wheel also takes in the folders that
lie beside the package in the repository; an editable install reads them where they are.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("templates", "static", "migrations")


class TranslationsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the catalogues, and ships the folders beside the package with a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before files are collected; *version* is ``standard`` or ``editable``."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        for source in sorted(root.glob("volunteer/translations/*/LC_MESSAGES/*.po")):
            compile_catalogue(source)
        if version == "standard":
            for folder in SHIPPED:
                build_data["force_include"][str(root / folder)] = f"volunteer/_shipped/{folder}"

    def clean(self, versions: list[str]) -> None:
        """Remove what the hook compiled."""
        for compiled in Path(self.root).glob("volunteer/translations/*/LC_MESSAGES/*.mo"):
            compiled.unlink()


def compile_catalogue(source: Path) -> Path:
    """Write the ``.mo`` beside *source* and return its path. Fuzzy entries are left out.

    Raises:
        PoFileError: The catalogue has a line that cannot be read.
    """
    locale = source.parent.parent.name
    with source.open("rb") as lines:
        catalogue = read_po(lines, locale=locale, domain=source.stem, abort_invalid=True)
    target = source.with_suffix(".mo")
    with target.open("wb") as compiled:
        write_mo(compiled, catalogue)
    return target
