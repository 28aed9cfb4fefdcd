"""Where the invented demo clinic is, whom it serves, and crisis lines by country with the day to check them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

CRISIS_LINES_NEXT_CHECK: Final = date(2027, 2, 20)
"""Three months after the specification of 20 November 2026 that lists them "from knowledge, not looked up"."""

CRISIS_LINES: Final[dict[str, dict[str, Any]]] = {
    "US": {
        "country": "United States",
        "emergency": "911",
        "name": "988 Suicide and Crisis Lifeline",
        "call_display": "988",
        "call_uri": "tel:988",
        "text_display": "988",
        "text_uri": "sms:988",
        "chat_url": "https://988lifeline.org/chat/",
        "note": "Veterans press 1. For Spanish press 2.",
    },
    "CA": {
        "country": "Canada",
        "emergency": "911",
        "name": "988 Suicide Crisis Helpline",
        "call_display": "988",
        "call_uri": "tel:988",
        "text_display": "988",
        "text_uri": "sms:988",
    },
    "GB": {
        "country": "United Kingdom",
        "emergency": "999",
        "name": "Samaritans",
        "call_display": "116 123",
        "call_uri": "tel:116123",
        "text_display": "SHOUT to 85258",
        "text_uri": "sms:85258",
        "note": "Or call NHS 111 and choose the mental health option.",
    },
    "IE": {
        "country": "Ireland",
        "emergency": "112",
        "name": "Samaritans",
        "call_display": "116 123",
        "call_uri": "tel:116123",
        "text_display": "HELLO to 50808",
        "text_uri": "sms:50808",
    },
    "AU": {
        "country": "Australia",
        "emergency": "000",
        "name": "Lifeline",
        "call_display": "13 11 14",
        "call_uri": "tel:131114",
        "text_display": "0477 13 11 14",
        "text_uri": "sms:0477131114",
    },
    "NZ": {
        "country": "New Zealand",
        "emergency": "111",
        "name": "1737",
        "call_display": "1737",
        "call_uri": "tel:1737",
        "text_display": "1737",
        "text_uri": "sms:1737",
    },
    "MX": {
        "country": "Mexico",
        "emergency": "911",
        "name": "Linea de la Vida",
        "call_display": "800 911 2000",
        "call_uri": "tel:8009112000",
    },
    "DE": {
        "country": "Germany",
        "emergency": "112",
        "name": "TelefonSeelsorge",
        "call_display": "0800 111 0 111",
        "call_uri": "tel:08001110111",
        "chat_url": "https://online.telefonseelsorge.de/",
    },
    "NL": {
        "country": "Netherlands",
        "emergency": "112",
        "name": "113",
        "call_display": "113",
        "call_uri": "tel:113",
        "chat_url": "https://www.113.nl/",
    },
    "CZ": {
        "country": "Czechia",
        "emergency": "112",
        "name": "116 123",
        "call_display": "116 123",
        "call_uri": "tel:116123",
    },
    "CH": {
        "country": "Switzerland",
        "emergency": "144",
        "name": "143",
        "call_display": "143",
        "call_uri": "tel:143",
        "chat_url": "https://www.143.ch/",
    },
}
"""Source: clinical.md section 5.4. A person checks each line before release and every three months."""

LOCATIONS: Final = (
    {
        "slug": "midtown",
        "name": "Midtown",
        "street": "210 Alder Street, 2nd floor",
        "access": "Step-free. Near the Blue Line.",
        "time_zone": "America/Los_Angeles",
    },
    {
        "slug": "harbor",
        "name": "Harbor",
        "street": "18 Quay Road",
        "access": "Step-free. Free parking.",
        "time_zone": "America/Los_Angeles",
    },
)
STATES_SERVED: Final = ("California", "New York", "Arizona")
