import pytest

from kb import analysis, verbs


def stem(word: str) -> str:
    return analysis.stem(analysis.fold(word))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("abgelehnt", "Ablehnung"),
        ("abzulehnen", "ablehnen"),
        ("gefördert", "Förderung"),
        ("fördern", "Förderung"),
        ("fördern", "gefördert"),
        ("mindern", "Minderung"),
        ("bewilligt", "Bewilligung"),
        ("genehmigen", "genehmigt"),
        ("gekündigt", "Kündigung"),
        ("angerechnet", "Anrechnung"),
        ("vermitteln", "Vermittlung"),
        ("behandelt", "Behandlung"),
        ("gearbeitet", "arbeiten"),
        ("eingestellt", "Einstellung"),
        ("Stellung", "gestellt"),
        ("gezahlt", "Zahlung"),
        ("geprüft", "Prüfung"),
        ("zugelassen", "Zulassung"),
        ("übernommen", "Übernahme"),
        ("widersprechen", "Widerspruch"),
        ("abgebrochen", "Abbruch"),
        ("anbieten", "Angebot"),
        ("bezogen", "Bezug"),
        ("entschieden", "Entscheidung"),
        ("aufgehoben", "Aufhebung"),
        ("ausgeschlossen", "Ausschluss"),
        ("zugewiesen", "Zuweisung"),
        ("angetreten", "Antritt"),
        ("vorgelegt", "Vorlage"),
        ("nachgewiesen", "Nachweis"),
        ("zurückgenommen", "zurücknehmen"),
        ("Rücknahme", "zurücknehmen"),
        ("beantragen", "Antrag"),
        ("genommen", "nehmen"),
        ("teilgenommen", "Teilnahme"),
    ],
)
def test_forms_of_a_verb_lead_to_each_other(one: str, other: str) -> None:
    assert stem(other) in verbs.related(stem(one))
    assert stem(one) in verbs.related(stem(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kunde", "Kündigung"),
        ("richtig", "Gericht"),
        ("nicht", "nichtig"),
        ("wissen", "gewiss"),
        ("zusteht", "zuständig"),
        ("statt", "gestattet"),
        ("wenig", "wenn"),
        ("Gesetz", "gesetzt"),
        ("U25", "25"),
    ],
)
def test_what_only_looks_alike_does_not(one: str, other: str) -> None:
    assert stem(other) not in verbs.related(stem(one))
    assert stem(one) not in verbs.related(stem(other))


def test_a_stem_is_none_of_its_other_forms_and_there_are_few() -> None:
    for word in ("Übernahme", "fördern", "zurückgenommen", "Antrag", "Kosten", "a", "16e", ""):
        forms = verbs.related(stem(word))
        assert stem(word) not in forms
        assert len(set(forms)) == len(forms) <= 48
