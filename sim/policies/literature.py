"""Studies that more than one policy rests on."""

from __future__ import annotations

from sim.schema.parameters import YANG_2006, YANG_2008

CZAIKA_DE_HAAS = "Czaika and de Haas 2017, International Migration Review, doi:10.1111/imre.12261"
BAHAR_IBANEZ_ROZO = "Bahar, Ibanez and Rozo 2021, Journal of Development Economics, doi:10.1016/j.jdeveco.2021.102652"
MEXICAN_BORDER = (
    "Angelucci 2012, Economic Development and Cultural Change 60(2); "
    "Massey, Durand and Pren 2016, American Journal of Sociology 121(5)"
)
ASSUMED_COST = "Public cost: assumed, no source found"

__all__ = ["ASSUMED_COST", "BAHAR_IBANEZ_ROZO", "CZAIKA_DE_HAAS", "MEXICAN_BORDER", "YANG_2006", "YANG_2008"]
