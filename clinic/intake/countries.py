"""Countries by ISO 3166 code, and the regions of the four countries whose law differs by region."""

from __future__ import annotations

from importlib.resources import files
from typing import Final


def _countries() -> list[tuple[str, str]]:
    """Code and English name of each country, from the table that comes with the time zone data."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    names = {"US": "United States", "GB": "United Kingdom"}
    return sorted(((code, names.get(code, name)) for code, name in pairs), key=lambda pair: pair[1])


def _named(country: str, text: str) -> list[tuple[str, str]]:
    pairs = (entry.split("=") for entry in " ".join(text.split()).split("; "))
    return [(f"{country}-{code}", name) for code, name in pairs]


US: Final = _named(
    "US",
    """AL=Alabama; AK=Alaska; AZ=Arizona; AR=Arkansas; CA=California; CO=Colorado; CT=Connecticut; DE=Delaware;
    DC=District of Columbia; FL=Florida; GA=Georgia; HI=Hawaii; ID=Idaho; IL=Illinois; IN=Indiana; IA=Iowa; KS=Kansas;
    KY=Kentucky; LA=Louisiana; ME=Maine; MD=Maryland; MA=Massachusetts; MI=Michigan; MN=Minnesota; MS=Mississippi;
    MO=Missouri; MT=Montana; NE=Nebraska; NV=Nevada; NH=New Hampshire; NJ=New Jersey; NM=New Mexico; NY=New York;
    NC=North Carolina; ND=North Dakota; OH=Ohio; OK=Oklahoma; OR=Oregon; PA=Pennsylvania; RI=Rhode Island;
    SC=South Carolina; SD=South Dakota; TN=Tennessee; TX=Texas; UT=Utah; VT=Vermont; VA=Virginia; WA=Washington;
    WV=West Virginia; WI=Wisconsin; WY=Wyoming; AS=American Samoa; GU=Guam; MP=Northern Mariana Islands;
    PR=Puerto Rico; VI=U.S. Virgin Islands""",
)
CA: Final = _named(
    "CA",
    """AB=Alberta; BC=British Columbia; MB=Manitoba; NB=New Brunswick; NL=Newfoundland and Labrador;
    NT=Northwest Territories; NS=Nova Scotia; NU=Nunavut; ON=Ontario; PE=Prince Edward Island; QC=Quebec;
    SK=Saskatchewan; YT=Yukon""",
)
AU: Final = _named(
    "AU",
    """ACT=Australian Capital Territory; NSW=New South Wales; NT=Northern Territory; QLD=Queensland;
    SA=South Australia; TAS=Tasmania; VIC=Victoria; WA=Western Australia""",
)
MX: Final = _named(
    "MX",
    """AGU=Aguascalientes; BCN=Baja California; BCS=Baja California Sur; CAM=Campeche; CHP=Chiapas; CHH=Chihuahua;
    CMX=Mexico City; COA=Coahuila; COL=Colima; DUR=Durango; GUA=Guanajuato; GRO=Guerrero; HID=Hidalgo; JAL=Jalisco;
    MEX=State of Mexico; MIC=Michoacan; MOR=Morelos; NAY=Nayarit; NLE=Nuevo Leon; OAX=Oaxaca; PUE=Puebla;
    QUE=Queretaro; ROO=Quintana Roo; SLP=San Luis Potosi; SIN=Sinaloa; SON=Sonora; TAB=Tabasco; TAM=Tamaulipas;
    TLA=Tlaxcala; VER=Veracruz; YUC=Yucatan; ZAC=Zacatecas""",
)
FIRST: Final = ("US", "CA", "GB", "AU", "MX")
_ALL: Final = _countries()
COUNTRIES: Final = [
    *(pair for code in FIRST for pair in _ALL if pair[0] == code),
    *(pair for pair in _ALL if pair[0] not in FIRST),
]
"""Those most often chosen come first."""
REGIONS: Final = [("United States", US), ("Canada", CA), ("Australia", AU), ("Mexico", MX)]
NAMES: Final = dict(_ALL) | {code: name for _, regions in REGIONS for code, name in regions}
"""The name of a country or region by its code."""
