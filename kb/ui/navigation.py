"""The areas of the page: address, title, script. Pure."""

from dataclasses import dataclass

from kb import messages
from kb.ui import address


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the page."""

    path: str
    title: str
    script: str


AREAS = (
    Area(address.SEARCH, messages.SEARCH_PAGE, "suche.py"),
    Area(address.INVENTORY, messages.INVENTORY_PAGE, "bestand.py"),
    Area(address.GLOSSARY, messages.GLOSSARY_PAGE, "glossar.py"),
    Area(address.HELP, messages.HELP_PAGE, "hilfe.py"),
)
