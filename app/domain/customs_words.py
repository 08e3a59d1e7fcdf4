"""Words that customs do not accept as a description of goods.

A short list of our own after the European Commission's guidance on acceptable and unacceptable terms for the
description of goods (Import Control System 2) and the World Customs Organization's for advance cargo information.
All in the singular, as `app.domain.customs.description` compares them.
"""

from __future__ import annotations

import re

# say nothing wherever they stand
EMPTY_WORDS = frozenset(
    re.findall(
        r"[a-z]+",
        """a accessorie accessory all an and article assorted belonging bulk cargo colour color commodity component
        consignment contain content daily different effect export fak for freight general gift good household import in
        item kind lot material merchandise misc miscellaneous mixed na necessity new none of online or order other
        package packet pair parcel part pc pcs personal piece present product purchase said sale sample set shipment
        shop size some sort spare stc stuff test the thing to type unit unknown use various with""",
    )
)
# too vague when they are all that is said
VAGUE_TERMS = frozenset(
    re.findall(
        r"[a-z]+",
        """agricultural animal apparel appliance art auto automotive cap chemical cleaning cloth clothes clothing
        computer consumer cosmetic craft decoration electrical electric electronic electronics equipment fabric fashion
        flooring food foodstuff furniture garment hardware health home hygiene industrial instrument iron jewellery
        jewelry kitchen leather liquid machine machinery medical metal mobile office ornament paper pet pipe plant
        plastic polyurethane powder rubber sanitary scrap sport sporting stationery steel supply technical textile tile
        tool toy tube vehicle wear wire wood wooden""",
    )
)
