"""Five people of section 1 of the design and of the worked cases, as they answer the form; all invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.ux.visitor import answers_of


@dataclass(frozen=True)
class Persona:
    """Somebody who fills in the form: whose answers, which medicines, and where it leads them."""

    name: str
    answers: Mapping[str, Any]
    outcome: str
    medicines: tuple[tuple[str, str], ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    def says(self, question: str) -> Any:
        """What they answer, or None for a question they leave to the form's own "not sure"."""
        return self.texts.get(question, self.answers.get(question))


def _woman(**others: Any) -> dict[str, Any]:
    told = {"sex_birth": "female", "pregnancy": "no", "breastfeeding": "no", "postpartum_psychosis": "no"}
    return {**told, "email": "maya@example.org", "phone": "(555) 010-0199", **others}


MAYA: Final = Persona(
    "Maya, 34, low mood for two years, one medicine",
    answers_of(
        **_woman(dob="1992-03-03", reason_main=["depression"], service_interest=["ket_iv_im"], med_none="takes"),
        **{f"phq{number}": "1" for number in (1, 2, 3, 4)},
        **{f"gad{number}": "1" for number in (1, 2, 3)},
    ),
    "ready_to_book",
    medicines=(("Zoloft", "taking"),),
    texts={"reason_story": "I would like to enjoy things again."},
)
ROBERT: Final = Persona(
    "Robert, 61, pain and nine medicines on a paper list",
    answers_of(
        **{"dob": "1965-02-14", "legal_name": "Robert Ellis", "reason_main": ["pain"], "pain_type": ["back"]},
        **{"email": "robert@example.org", "phone": "(555) 010-0198", "med_none": "takes", "peg1": "7"},
        **{"peg2": "6", "peg3": "8", "htn_dx": "yes_controlled"},
    ),
    "clinician_review",
    medicines=(
        *(("lisinopril", "taking"), ("metformin", "taking"), ("atorvastatin", "taking"), ("ibuprofen", "as_needed")),
        *(("omeprazole", "taking"), ("gabapentin", "taking"), ("tramadol", "as_needed"), ("amlodipine", "taking")),
        ("vitamin D", "taking"),
    ),
)
GRACE: Final = Persona(
    "Grace, who is not safe tonight",
    answers_of("V027", **_woman(legal_name="Grace Okafor", dob="1988-07-09")),
    "urgent",
)
TOO_YOUNG: Final = Persona(
    "Leo, 17, and in a state we do not serve",
    answers_of("V032", legal_name="Leo Park", region="US-OH", email="leo@example.org", phone="(555) 010-0197"),
    "not_suitable_now",
)
UNSURE: Final = Persona(
    "Ines, who is not sure of much",
    {
        **{"dob": "1979-11-30", "country": "US", "region": "US-CA", "location_now": "Fresno", "sex_birth": "female"},
        **{"legal_name": "Ines Roy", "email": "ines@example.org", "phone": "(555) 010-0196", "safe_contact": "yes"},
        **{"emergency_name": "Ana", "emergency_phone": "(555) 010-0195", "safe_now": "yes", "med_none": "not_sure"},
        **{"completing_self": "yes", "guardian": "no", "medical_now": ["none"], "si_month": "no", "hi": "no"},
        **{"home_safe": "yes", "sa_history": "never", "bp_recent": "no", "phq9": "0", "headache_redflag": "no"},
    },
    "clinician_review",
)
COMMON: Final = Persona(
    "the baseline of the worked cases", answers_of(email="t@example.org", phone="5550100194"), "ready_to_book"
)
PERSONAS: Final = (MAYA, ROBERT, GRACE, TOO_YOUNG, UNSURE)
