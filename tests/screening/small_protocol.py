"""A protocol of a few questions and two rules, made up for tests: small enough to break one thing at a time."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "protocol.toml": """name = "small"
version = "1.0.0"
approved_by = ""
[services]
talk = "A talk"
[checklist]
lithium = ["lithium"]
[safety_words]
ending_life = ["end it all"]
""",
    "questions/1-start.toml": """title = "Start"
hint = "A few questions"
[page.first]
title = "First"
kind = "form"
questions = ["service_interest", "dob", "smokes", "packs"]
[question.service_interest]
wording = "What is it about?"
kind = "multi"
required = true
why = "Which rules apply"
options = { talk = "A talk", not_sure = "I am not sure" }
[question.dob]
wording = "Date of birth?"
kind = "date"
required = true
why = "Age"
[question.smokes]
wording = "Do you smoke?"
kind = "single"
required = true
why = "Heart"
options = { no = "No", yes = "Yes", not_sure = "Not sure" }
[question.packs]
wording = '''
How many
packs = a day?
'''
kind = "number"
required = false
show_if = "smokes == 'yes'"
why = "Heart"
""",
    "questions/2-medicines.toml": """title = "Medicines"
hint = "Have your list near you"
[page.medicines]
title = "Medicines"
kind = "form"
questions = ["med_none", "med_unsure", "med_check"]
[question.med_none]
wording = "Do you take any?"
kind = "single"
required = true
why = "Mixing"
options = { takes = "Yes", none = "No" }
[question.med_unsure]
wording = "Are you unsure?"
kind = "single"
required = true
why = "Review"
options = { no = "No", yes = "Yes" }
[question.med_check]
wording = "Any of these?"
kind = "multi"
required = true
why = "Recall"
options = { lithium = "Lithium", none = "None" }
""",
    "rules/heart.toml": """# About the heart.
[R001]
version = "1.0.0"
when = "smokes == 'yes' and age >= 65"
services = "all"
outcome = "clinician_review"
priority = "P2"
severity = "low"
clinician = "Smokes."
patient = "A clinician reads this."
sources = ["book"]

[R002]
version = "1.0.0"
when = "med_tag('salt') or med_check_positive('lithium')"
services = ["talk"]
outcome = "info"
priority = "P4"
severity = "info"
clinician = "Salt."
patient = "Tell us."
sources = ["book"]
""",
    "medications.toml": """[lithium]
class = "Salt"
brands = ["Lithobid"]
tags = ["salt"]
half_life_hours = [18, 36.5]
washout_days = 5
psychedelics = "contraindicated"
ketamine = "none"
mechanism = "Unclear."
sources = ["book"]
""",
    "known_names.csv": "name;ingredients\naspirin;acetylsalicylic acid\nmixture;aspirin|caffeine\n",
    "instruments.toml": """[smoke2]
name = "SMOKE-2"
items = ["smokes"]
scoring = "sum"
highest_item = 2
bands = [{ name = "low", low = 0, high = 1 }, { name = "high", low = 2, high = 2 }]
licence = "Ours"
[smoke2.codes]
total = "1-1"
""",
    "followups.toml": """[F01]
trigger = "sent"
offset = "0 min"
audience = "patient"
channel = "email"
content = "Received"
stop_condition = "none"
quiet_hours = false
source = "book"
""",
    "sources.toml": """[book]
citation = "A book"
year = "2001"
url_or_doi = "a shelf"
verified = true
""",
    "cases/baseline.toml": """[V000]
description = "Baseline"
given.smokes = "no"
given.age = 40
outcome = "ready_to_book"
priority = "P4"
rules = []
rationale = "Nothing"
source = "book"
""",
    "cases/heart.toml": """[V001]
description = "Smokes"
given.smokes = "yes"
unanswered = ["dob"]
medications = [{ text = "Lithobid", status = "stopped", days_since_last_dose = 3 }]
outcome = "clinician_review"
rules = ["R001"]
rationale = "Smoke"
source = "book"
""",
}


def write(place: Path) -> Path:
    """The small protocol as a folder."""
    for name, text in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place
