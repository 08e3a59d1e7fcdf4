"""The command line; every command is described in docs/cli.md."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app import settings
from app.domain.documents import Document
from app.domain.errors import KnownError, Refusal
from app.texts import explain, say

PAGE_NAMES = (
    "board", "picking", "packing", "labels", "batches", "orders", "documents", "devices", "settings", "bench_rules",
)  # fmt: skip
EXIT_DONE, EXIT_NOT_DONE, EXIT_USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run `packbench` and return its exit code: 0 done, 1 not (all) done, 2 refused."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal that lacks a letter must not end the program
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "window")  # the window is what the program is; everything else is a command
    arguments = _parser().parse_args(given)
    arguments.chosen_language = arguments.language
    arguments.language = settings.language(arguments.language)
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except (Refusal, KnownError) as refusal:
        _tell(explain(refusal, arguments.language))
        return EXIT_USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # whoever read our output has gone; nothing more can be said
        return EXIT_NOT_DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="packbench", description="The fulfilment workstation.")
    parser.add_argument("--version", action=_Version, nargs=0, help="say which Packbench this is")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--db", metavar="URL", help="database (a file or a URL); default: your own, or PACKBENCH_DB")
    shared.add_argument("--language", choices=("en", "zh"), help="language of the sentences")
    shared.add_argument("--verbose", action="store_true", help="log what the program does")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[shared], help=text, description=text)
        made.set_defaults(run=run)
        return made

    window = command("window", _window, "Open the window; `packbench` alone does the same.")
    window.add_argument("--station", metavar="NAME", help="the bench of this computer; default: as in the settings")
    window.add_argument("--printer", metavar="URL", help="its printer; default: as in the settings")
    window.add_argument("--page", choices=PAGE_NAMES, default="packing", help="the page to begin with")

    trial = command("try", _try, "Open the window on made-up orders with a simulated printer, to try everything.")
    trial.add_argument("--orders", type=_count, default=40, metavar="N")
    trial.add_argument("--seed", type=int, default=1)
    trial.add_argument("--out", type=Path, default=Path("packbench-try"), metavar="DIR")

    training = command("training", _training, "Open the window on lessons with a simulated printer; nothing is real.")
    training.add_argument("--again", action="store_true", help="begin anew instead of going on")
    training.add_argument("--folder", type=Path, metavar="DIR", help="where training.db lies; default: beside your own")

    load = command("import", _import, "Import orders, SKUs, locations or stock from a CSV, XLSX or JSON file.")
    load.add_argument("file", type=Path)
    load.add_argument("--profile", help="a shipped profile's name, or a TOML file; default: found by the header")
    load.add_argument("--kind", choices=("orders", "skus", "locations", "stock"))
    load.add_argument("--warehouse", metavar="CODE")

    demo = command("demo", _demo, "Do the whole job on made-up or given orders with simulated devices.")
    demo.add_argument("--orders", type=_count, metavar="N", help="how many orders; default 40, or all of --from")
    demo.add_argument("--seed", type=int, default=1)
    demo.add_argument("--from", dest="source", type=Path, metavar="FILE", help="take the orders from this file")
    demo.add_argument("--printer", metavar="URL", help="print here instead of on the demo's own simulated printer")
    demo.add_argument("--until", choices=("import", "wave", "pick", "pack"), default="pack")
    demo.add_argument("--headless", action="store_true", help="the engine alone, without a window")
    demo.add_argument("--out", type=Path, default=Path("packbench-demo"), metavar="DIR")
    demo.add_argument("--time-factor", type=_factor, default=0.02, help="of the simulated printer; 1 is real time")
    demo.add_argument(
        "--patience", type=_factor, default=30.0, metavar="SECONDS",
        help="how long the packer waits for a sign of life of the printer",
    )

    station = command("station", _station, "A bench: a scan a line in, a verdict a line out.")
    station.add_argument("--headless", action="store_true", help="without a window, on standard input and output")
    station.add_argument("--station", required=True, metavar="NAME")
    station.add_argument("--printer", metavar="URL")
    station.add_argument(
        "--scanner", action="append", default=[], metavar="URL", help="a scanner that is attached, repeatable"
    )
    station.add_argument("--scale", default="", metavar="URL")
    station.add_argument("--json", action="store_true", help="verdicts as JSON lines")

    wave = command("wave", _wave, "Plan, list, release or cancel waves; kick an order out of one.")
    verbs = wave.add_mutually_exclusive_group(required=True)
    verbs.add_argument("--plan", action="store_true", help="plan the ready orders into a wave")
    verbs.add_argument("--list", action="store_true")
    verbs.add_argument("--release", type=int, metavar="WAVE")
    verbs.add_argument("--cancel", type=int, metavar="WAVE")
    verbs.add_argument("--kick", metavar="ORDER")
    verbs.add_argument("--put-back", metavar="ORDER", help="the goods of a problem order are on their shelves again")
    wave.add_argument("--limit", type=_count, metavar="N", help="plan at most N orders")
    wave.add_argument("--reason", default="")

    _add_labels(commands, shared)

    cancel = command("cancel", _cancel, "Cancel an order: at once, or at the next gate when it is being worked on.")
    cancel.add_argument("order")
    cancel.add_argument("--reason", required=True)

    address = command("address", _address, "Change the address of an order until it is shipped.")
    address.add_argument("order")
    for name in ("name", "phone", "street", "postcode", "city", "region", "country"):
        repeatable = "a line of it, repeatable" if name == "street" else None
        address.add_argument(f"--{name}", action="append", metavar="TEXT", help=repeatable)
    address.add_argument("--reason", required=True)

    numbers = command("numbers", _numbers, "Add, list or close the pools of tracking numbers that carriers have given.")
    pools = numbers.add_mutually_exclusive_group(required=True)
    pools.add_argument("--add", action="store_true", help="add the numbers from --first to --last")
    pools.add_argument("--list", action="store_true", help="every pool, and what is left in it")
    pools.add_argument("--close", type=int, metavar="POOL", help="take no more numbers from it")
    numbers.add_argument("--carrier", default="", help="as orders name it; default: orders without a carrier")
    numbers.add_argument("--service", default="", help="default: all its services")
    numbers.add_argument("--form", choices=("s10", "sscc", "plain"))
    numbers.add_argument("--first", metavar="NUMBER", help="the whole number, with its check digit")
    numbers.add_argument("--last", metavar="NUMBER")
    numbers.add_argument("--low", type=int, metavar="N", help="warn when so many are left; default: a tenth")

    voided = command("void", _void, "Void a label, and print another one where wanted.")
    voided.add_argument("code", help="order, tracking or parcel number, or the label's square code")
    voided.add_argument("--reason", required=True)
    voided.add_argument("--relabel", metavar="STATION", help="print another label at this station")

    again = command("reprint", _reprint, "Print another copy of a label.")
    again.add_argument("code", help="order, tracking or parcel number, or the label's square code")
    again.add_argument("--reason", required=True)
    again.add_argument("--station", metavar="NAME", help="whose printer; default: the one that printed the last copy")
    again.add_argument("--printer", metavar="URL", help="print at once on this printer")

    pictures = command("pictures", _pictures, "Take pictures of goods from a folder; each file is named as its SKU.")
    pictures.add_argument("folder", type=Path)

    boxes = command("cartons", _cartons, "Import the cartons of a warehouse from a file; without one, list them.")
    boxes.add_argument("file", type=Path, nargs="?")
    boxes.add_argument("--warehouse", metavar="CODE")

    sent = command("label-file", _label_file, "Take a carrier's label (ZPL, PDF or PNG) for an order, as it was sent.")
    sent.add_argument("order", help="order number")
    sent.add_argument("file", type=Path)
    sent.add_argument("--tracking", default="", metavar="NUMBER", help="default: the one that its barcodes tell")
    sent.add_argument("--carrier", metavar="CODE", help="default: the order's")
    sent.add_argument("--service", metavar="NAME", help="default: the order's")
    sent.add_argument("--anyway", action="store_true", help="also when no barcode of it holds the tracking number")

    paper = command("print", _print, "Print a ZPL file as it is, and say what is known of it.")
    paper.add_argument("file", type=Path)
    paper.add_argument("--printer", required=True, metavar="URL")
    paper.add_argument("--patience", type=_factor, default=30.0, metavar="SECONDS")

    picture = command("render", _render, "Draw what a ZPL printer would print.")
    picture.add_argument("file", type=Path)
    picture.add_argument("--dpi", type=int, choices=(203, 300, 600), default=203)
    picture.add_argument("--out", type=Path, required=True, metavar="X.png")

    sim = commands.add_parser("sim", help="Simulated devices.", description="Simulated devices.")
    devices = sim.add_subparsers(required=True, metavar="DEVICE")
    # not the shared options: here --language is the printer's
    printer = devices.add_parser("printer", help="A printer that prints into a folder.")
    printer.set_defaults(run=_sim_printer, language=None)
    printer.add_argument("--verbose", action="store_true", help="log what the program does")
    printer.add_argument("--listen", required=True, metavar="tcp://127.0.0.1:PORT|pty[:PATH]")
    printer.add_argument("--out", type=Path, required=True, metavar="DIR")
    printer.add_argument("--dpi", type=int, choices=(203, 300, 600), default=203)
    printer.add_argument("--ips", type=_factor, default=6.0, help="inches a second")
    printer.add_argument("--time-factor", type=_factor, default=1.0, help="1 is real time, 0 at once")
    printer.add_argument(
        "--fault", action="append", default=[], metavar="WHAT@LABEL[:SECONDS]", help="such as paper_out@137:2.5"
    )
    printer.add_argument("--random", type=_share, default=0.0, metavar="SHARE", help="trouble at that share of labels")
    printer.add_argument("--seed", type=int, default=0, help="from which the random trouble is drawn")
    printer.add_argument("--language", dest="printer_language", choices=("zpl", "tspl", "escpos"), default="zpl")
    printer.add_argument(
        "--class", "--proof", dest="proof", choices=("acknowledges", "counts", "state_only", "blind"),
        help="what it can prove; default: the most that its language can",
    )
    printer.add_argument("--baud", type=_count, metavar="N", help="speed of the line; default: as fast as it goes")
    printer.add_argument("--mute-when-faulty", action="store_true", help="like newer firmware: no answer while faulty")
    printer.add_argument("--until-stdin-closes", action="store_true", help="end with the standard input")

    scanner = devices.add_parser("scanner", help="A scanner: each line of the standard input is a scan.")
    scanner.set_defaults(run=_sim_scanner, language=None)
    scanner.add_argument("--verbose", action="store_true", help="log what the program does")
    scanner.add_argument("--listen", default="", metavar="URL", help="tcp://… or listen://…; else a pty")
    scanner.add_argument("--aim", default="", metavar="]C1", help="AIM identifier before each code")
    scanner.add_argument("--speed", type=_factor, metavar="N", help="characters a second; default: at once")
    scanner.add_argument("--fault", action="append", default=[], metavar="WHAT@SCAN", help="such as half@3")
    scale = devices.add_parser("scale", help="A scale: each line of the standard input is a load in grams.")
    scale.set_defaults(run=_sim_scale, language=None)
    scale.add_argument("--verbose", action="store_true", help="log what the program does")
    scale.add_argument("--listen", default="", metavar="URL", help="tcp://127.0.0.1:0; else a pty")
    scale.add_argument("--protocol", default="mt_sics")
    scale.add_argument("--settle", type=_factor, default=0.5, metavar="SECONDS", help="until a load is stable")
    scale.add_argument("--late", type=_factor, default=0.0, metavar="SECONDS", help="by which its answers are late")

    document = command("document", _document, "Write a document as PDF: packing slip, customs papers, lists, barcodes.")
    document.add_argument("document", choices=[each.value for each in Document if each is not Document.COMMANDS])
    document.add_argument("what", nargs="?", default="", help="an order, a wave, a cart (WAVE-CART), or a carrier")
    document.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    document.add_argument("--paper", default="", help="such as a5 or label; a wrong one tells those that there are")
    document.add_argument("--from", dest="first", type=_count, default=1, metavar="N", help="first cart or carton")
    document.add_argument("--count", type=_count, default=24, metavar="N", help="how many carts or cartons")
    document.add_argument("--start", type=_count, default=1, metavar="N", help="first free label of a used sheet")
    document.add_argument(
        "--close", action="store_true", help="first make the manifest of the carrier's parcels that are on none"
    )

    attached = command("devices", _devices, "List what is attached, and how the devices of the settings are.")
    attached.add_argument("--json", action="store_true", help="one JSON object")

    command("doctor", _doctor, "Check database, devices, fonts and sound; say what mends what is wrong.")
    return parser


def _add_labels(commands: Any, shared: argparse.ArgumentParser) -> None:
    """`packbench labels`: label batches."""
    text = "Label batches: plan, start, pause, resume, reprint, check, cancel, list, show, manifest."
    made = commands.add_parser("labels", help=text, description=text)
    verbs = made.add_subparsers(required=True, metavar="WHAT", dest="verb")

    def verb(name: str, text: str, *, number: bool = True) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(name, parents=[shared], help=text, description=text)
        parser.set_defaults(run=_labels)
        if number:
            parser.add_argument("number", type=_count, metavar="BATCH")
        return parser

    plan = verb("plan", "Check orders that are picked and have no label, and note them as a label batch.", number=False)
    which = plan.add_mutually_exclusive_group(required=True)
    which.add_argument("--wave", type=_count, metavar="N")
    which.add_argument("--cart", type=_count, metavar="N", help="the batch of one cart, by its id")
    which.add_argument("--carrier", metavar="CODE", help="'' for own labels")
    which.add_argument("--orders", nargs="+", metavar="TEXT", help="orders by number, SKU or tote")
    which.add_argument("--all", action="store_true")
    plan.add_argument("--service", default="", metavar="CODE")
    plan.add_argument("--queue", required=True, metavar="NAME", help="the station whose printer prints them")
    plan.add_argument("--sequence", choices=("tote", "pick"), default="tote")
    plan.add_argument("--no-separators", action="store_true")
    verb("start", "Print a label batch.")
    verb("pause", "Send no further label; what the printer has already comes out.")
    resume = verb("resume", "Go on, from the last good label where one is named.")
    resume.add_argument("--label", metavar="CODE", help="square code or tracking number of the last good label")
    resume.add_argument("--again", action="store_true", help="what was printed after it is spoilt: print it again")
    again = verb("reprint", "Print a range of labels again.")
    again.add_argument("--from", dest="first", type=_count, required=True, metavar="N")
    again.add_argument("--to", dest="last", type=_count, required=True, metavar="N")
    again.add_argument("--reason", required=True)
    verb("check", "Look again at the orders that were set aside.")
    verb("cancel", "Take back what is not printed.")
    verb("list", "Number, state, printed, labels, uncertain, failed, set aside, queue.", number=False)
    verb("show", "How far a label batch is, and what is set aside.")
    saved = verb("manifest", "Write what was printed into a file.")
    saved.add_argument("--out", type=Path, required=True, metavar="X.csv|X.pdf")


class _Version(argparse.Action):
    """Says the version and ends; asking for it takes longer than painting the window's frame."""

    def __call__(self, *_: object) -> None:
        from importlib.metadata import version

        _say(f"packbench {version('packbench')}")
        sys.exit(EXIT_DONE)


def _share(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= (share := float(text)) <= 1:
            return share
    raise argparse.ArgumentTypeError("must be a number from 0 to 1")


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return number


def _factor(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise argparse.ArgumentTypeError("must be a number from 0 on")
    return number


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _import(arguments: argparse.Namespace) -> int:
    from app.desk import import_to, report_lines
    from app.opening import open_store

    with open_store(arguments.db) as store:
        report = import_to(
            store, arguments.file, profile=arguments.profile, kind=arguments.kind, warehouse=arguments.warehouse,
        )
    for line in report_lines(report, arguments.language):
        _say(line)
    return EXIT_NOT_DONE if report.problems else EXIT_DONE


def _window(arguments: argparse.Namespace) -> int:
    from app.main import Wanted, run_window

    return run_window(
        Wanted(arguments.db, arguments.chosen_language, arguments.station, arguments.printer, arguments.page)
    )


def _try(arguments: argparse.Namespace) -> int:
    from app.practice import run_practice

    return run_practice(arguments.out, arguments.orders, arguments.seed, arguments.language)


def _training(arguments: argparse.Namespace) -> int:
    from app.training import run_training

    return run_training(arguments.folder, arguments.chosen_language, again=arguments.again)


def _demo(arguments: argparse.Namespace) -> int:
    from app.demo import Demo, run_demo

    return run_demo(
        Demo(
            orders=arguments.orders, seed=arguments.seed, source=arguments.source, printer=arguments.printer,
            until=arguments.until, db=arguments.db, out=arguments.out, time_factor=arguments.time_factor,
            patience=arguments.patience, language=arguments.language,
        ),
        headless=arguments.headless,
    )


def _station(arguments: argparse.Namespace) -> int:
    from app.headless import run_station
    from app.opening import open_store

    if not arguments.headless and not arguments.json:
        arguments.page = "packing"
        return _window(arguments)
    if sys.stdout is None:
        raise KnownError("output_gone")
    with open_store(arguments.db) as store:
        asyncio.run(
            run_station(
                store, arguments.station, arguments.printer, scanners=arguments.scanner, scale=arguments.scale,
                as_json=arguments.json, language=arguments.language,
                stdin=io.BytesIO() if sys.stdin is None else sys.stdin.buffer, stdout=sys.stdout, stderr=sys.stderr,
            )
        )
    return EXIT_DONE


def _wave(arguments: argparse.Namespace) -> int:
    from app.desk import work_on_waves
    from app.opening import open_store

    with open_store(arguments.db) as store:
        work_on_waves(store, arguments, _say)
    return EXIT_DONE


def _labels(arguments: argparse.Namespace) -> int:
    from app.label_desk import work_on_labels
    from app.opening import open_store

    with open_store(arguments.db) as store:
        work_on_labels(store, arguments, _say)
    return EXIT_DONE


def _cancel(arguments: argparse.Namespace) -> int:
    from app.desk import cancel_order
    from app.opening import open_store

    with open_store(arguments.db) as store:
        state = cancel_order(store, arguments.order, arguments.reason)
    code = "cancelled_now" if state == "cancelled" else "cancel_at_gate"
    _say(say(code, {"order": arguments.order}, arguments.language))
    return EXIT_DONE


def _address(arguments: argparse.Namespace) -> int:
    from app.desk import correct_address
    from app.opening import open_store

    with open_store(arguments.db) as store:
        code = correct_address(store, arguments)
    _say(say(code, {"order": arguments.order}, arguments.language))
    return EXIT_DONE


def _numbers(arguments: argparse.Namespace) -> int:
    from app.desk import work_on_numbers
    from app.opening import open_store

    with open_store(arguments.db) as store:
        return EXIT_DONE if work_on_numbers(store, arguments, _say) else EXIT_NOT_DONE


def _void(arguments: argparse.Namespace) -> int:
    from app.desk import void_order_label
    from app.opening import open_store

    with open_store(arguments.db) as store:
        void_order_label(store, arguments, _say)
    return EXIT_DONE


def _reprint(arguments: argparse.Namespace) -> int:
    from app.headless import reprint_label
    from app.opening import open_store

    with open_store(arguments.db) as store:
        copy, state = asyncio.run(
            reprint_label(
                store, arguments.code, arguments.reason, arguments.station, arguments.printer, 30.0,
                _tell_code(arguments),
            )
        )
    _say(say(f"reprint_{state}", {"copy": copy}, arguments.language))
    return EXIT_DONE if state in ("queued", "printed", "confirmed") else EXIT_NOT_DONE


def _tell_code(arguments: argparse.Namespace) -> Callable[[str], None]:
    return lambda code: _tell(say("printer_waits", {"why": say(code, language=arguments.language)}, arguments.language))


def _pictures(arguments: argparse.Namespace) -> int:
    from app.opening import open_store
    from app.sku_pictures import take_pictures

    def told(file: str, code: str) -> None:
        _tell(say(code, {"file": file}, arguments.language))

    with open_store(arguments.db) as store:
        new, wrong = take_pictures(store, arguments.folder, told)
    _say(say("pictures_taken", {"count": new}, arguments.language))
    return EXIT_NOT_DONE if wrong else EXIT_DONE


def _cartons(arguments: argparse.Namespace) -> int:
    from app.opening import open_store
    from app.sync.carton_files import list_cartons, take_cartons

    with open_store(arguments.db) as store:
        if arguments.file is None:
            lines = list_cartons(store, arguments.warehouse)
            _say("\n".join(lines) or say("cartons_none", language=arguments.language))
            return EXIT_DONE
        taken = take_cartons(store, arguments.file, arguments.warehouse)
    for problem in taken.problems:
        why = say(problem.code, problem.facts, arguments.language)
        _tell(say("import_problem", {"line": problem.line, "reason": why}, arguments.language))
    facts = {"new": taken.new, "changed": taken.changed, "unchanged": taken.unchanged, "refused": len(taken.problems)}
    _say(say("cartons_taken", facts, arguments.language))
    return EXIT_NOT_DONE if taken.problems else EXIT_DONE


def _label_file(arguments: argparse.Namespace) -> int:
    from app.desk import take_label_file
    from app.opening import open_store

    with open_store(arguments.db) as store:
        taken = take_label_file(
            store, arguments.order, arguments.file, tracking=arguments.tracking, carrier=arguments.carrier,
            service=arguments.service, unread=arguments.anyway,
        )
    _say(say("received_done", {"order": arguments.order, "tracking": taken}, arguments.language))
    return EXIT_DONE


def _print(arguments: argparse.Namespace) -> int:
    from app.headless import print_file
    from app.opening import open_store

    with open_store(arguments.db) as store:
        state = asyncio.run(
            print_file(store, arguments.file, arguments.printer, arguments.patience, _tell_code(arguments))
        )
    _say(say(f"print_{state}", {"file": arguments.file.name}, arguments.language))
    return EXIT_DONE if state in ("printed", "confirmed") else EXIT_NOT_DONE


def _render(arguments: argparse.Namespace) -> int:
    from app.label_files import render_file

    for line in render_file(arguments.file, arguments.dpi, arguments.out):
        _tell(line)
    return EXIT_DONE


def _document(arguments: argparse.Namespace) -> int:
    from app.documents import close_carrier, write_document
    from app.opening import open_store

    document = Document(arguments.document)
    if arguments.close and document is not Document.MANIFEST:
        raise Refusal("papers_close_manifest_only", document=document.value)
    with open_store(arguments.db) as store:
        if arguments.close:
            close_carrier(store, arguments.what)
        write_document(
            store, document, arguments.what, arguments.out, language=arguments.language,
            paper=arguments.paper, start=arguments.start, first=arguments.first, count=arguments.count,
        )
    _say(say("papers_saved", {"file": str(arguments.out)}, arguments.language))
    return EXIT_DONE


def _sim_printer(arguments: argparse.Namespace) -> int:
    from app.sim_printer import run_sim_printer

    asyncio.run(
        run_sim_printer(
            arguments.listen, arguments.out, printer_language=arguments.printer_language, dpi=arguments.dpi,
            ips=arguments.ips, time_factor=arguments.time_factor, faults=arguments.fault, share=arguments.random,
            seed=arguments.seed, baud=arguments.baud, proof=arguments.proof,
            mute_when_faulty=arguments.mute_when_faulty, until_stdin_closes=arguments.until_stdin_closes,
        )
    )
    return EXIT_DONE


def _sim_scanner(arguments: argparse.Namespace) -> int:
    from hardware.simulator.serve_bench import run_sim_scanner

    run_sim_scanner(
        arguments.listen, sys.stdin, aim=arguments.aim, speed=arguments.speed or None, faults=arguments.fault,
        ready=_say_listening,
    )
    return EXIT_DONE


def _sim_scale(arguments: argparse.Namespace) -> int:
    from hardware.simulator.serve_bench import run_sim_scale

    run_sim_scale(
        arguments.listen, sys.stdin, protocol=arguments.protocol, settle=arguments.settle, late=arguments.late,
        ready=_say_listening,
    )
    return EXIT_DONE


def _say_listening(url: str) -> None:
    _say(f"listening on {url}")


def _devices(arguments: argparse.Namespace) -> int:
    from app.doctor import list_devices

    for line in list_devices(settings.load_settings()[0], arguments.language, arguments.json):
        _say(line)
    return EXIT_DONE


def _doctor(arguments: argparse.Namespace) -> int:
    from app.doctor import examine

    healthy = True
    for finding in examine(arguments.db, arguments.language):
        _say(finding.line)
        healthy = healthy and finding.healthy
    return EXIT_DONE if healthy else EXIT_NOT_DONE
