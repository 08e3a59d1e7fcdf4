"""What is said of cartons."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "carton_code": "A carton needs a code: give it one",
    "carton_sizes": "Carton {carton} needs its inside length, width and height in millimetres, each from 1 to 10,000",
    "carton_weights":
        "The weights of carton {carton} are not possible: packed it may weigh more than empty, up to 1,000,000 g",
    "carton_cost": "The cost of carton {carton} is not possible: it is 0 or more",
    "carton_twice": "Carton {carton} stands in row {first} already: give it once",
    "carton_unknown": "There is no carton {carton} any more: look at the list again",
    # a file of cartons
    "cartons_columns": "{file} lacks the columns {columns}: their names stand in its first row",
    "cartons_taken": "Cartons: {new} new, {changed} changed, {unchanged} unchanged, {refused} left out",
    "cartons_none": "No cartons yet: import a file that describes them",
}
