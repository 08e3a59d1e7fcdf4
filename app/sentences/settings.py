"""What the window says: settings."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # the file
    "settings_choice": "Correct {key} in {file}: it may be {allowed}; until then it is {used}",
    "settings_number": "Correct {key} in {file}: it is a number, {allowed}; until then it is {used}",
    "settings_text": "Correct {key} in {file}: it is a text of {least} to {most} characters; until then it is {used}",
    "settings_device": "Correct {key} in {file}: write a device like tcp://printer-3:9100; until then it is {used}",
    "settings_key_unknown": "{key} in {file} means nothing to Packbench; what it knows there: {allowed}",
    "settings_table_unknown": "[{key}] in {file} means nothing to Packbench; what it knows: {allowed}",
    "settings_no_table": "Correct {key} in {file}: write it as a table, [{key}] on a line of its own",
    "settings_version": "Correct version in {file}: this Packbench writes {known}",
    "settings_newer": "{file} is of a later Packbench (version {version}, known {known}): what is known is used",
    "settings_no_toml": "{file} cannot be understood, nothing in it is used: correct it, or save the settings anew",
    "settings_unreadable": "{file} cannot be read, nothing in it is used: {why}",
    "settings_unwritable": "The settings are not saved, {file} cannot be written: {why}",
}
