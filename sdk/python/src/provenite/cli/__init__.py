"""The command `provenite`: keys, joining, submitting and asking from a shell.

Exit codes: 0 done, 1 refused, 2 used wrongly, 3 the ledger cannot be reached or cannot answer now,
130 interrupted by Ctrl-C. Of a command that gives a verdict (`audit`, `verify`, `monitor`, `receipt --check`) 0, 1 and 2 are
the verdict's, 2 also what is used wrongly, and 3 says that there is none.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from .asking import batches, content, trace
from .assessing import assess
from .auditing import audit
from .certifying import certificates, certify, notices, revoke
from .checking import check, codes
from .connecting import Connection
from .ending import Program
from .examples import examples
from .explaining import consequences, contributions, lenses
from .keys import enrol, keygen, whoami
from .monitoring import monitor
from .neighbours import parties, sites
from .packing import pack
from .policies import policy
from .portfolio import portfolio
from .proving import receipt
from .shipping import shipments
from .standing import grant, retract, rotate
from .submitting import submit
from .verifying import verify

main = typer.Typer(
    name="provenite",
    cls=Program,
    help="Sign and submit batch statements, and ask a Provenite ledger about batches.",
    epilog="\b\nExit codes: 0 done, 1 refused, 2 used wrongly,\n"
    "3 the ledger cannot be reached or cannot answer now,\n130 interrupted by Ctrl-C.\n"
    "Of audit, verify, monitor and receipt --check 0, 1 and 2 are the verdict's,\n"
    "2 also used wrongly; 3 says that there is none: not allowed, not to be read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("provenite"))
        raise typer.Exit


@main.callback()
def _options(
    context: typer.Context,
    ledger: Annotated[
        str | None,
        typer.Option(metavar="URL", envvar="PROVENITE_LEDGER", help="The ledger's URL."),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option(
            envvar="PROVENITE_ORIGIN",
            help="The ledger's own name, if that is not its URL: you reach it by another way.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="PROVENITE_KEY", help="Your key: a PEM file."),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A file with the key's passphrase, if not in PROVENITE_KEY_PASSPHRASE or asked for.",
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    context.obj = Connection(ledger, origin, key, passphrase_file)


main.command(epilog=examples("provenite keygen firm.pem", "provenite keygen firm.pem --encrypt"))(
    keygen
)
main.command(epilog=examples("provenite enrol Zk3…w --ledger URL --key firm.pem"))(enrol)
main.command(epilog=examples("provenite whoami", "provenite whoami --json"))(whoami)
main.command(
    epilog=examples(
        "provenite submit march.jsonl --results march.results.jsonl",
        "provenite submit signed.txt --ledger URL",
        "provenite submit - --json",
    )
)(submit)
main.command(
    epilog=examples(
        "provenite batches",
        "provenite batches --material ndpr-oxide --status held",
        "provenite batches --made --exhausted --lot L-2026-03 --json",
    )
)(batches)
main.command(
    epilog=examples(
        "provenite trace Xq…8.0", "provenite trace Xq…8.0 --downstream --depth 2 --json"
    )
)(trace)
main.command(
    epilog=examples(
        "provenite content Xq…8.0",
        "provenite content Xq…8.0 --element Nd --lens origin --lens source",
    )
)(content)
main.command(
    epilog=examples(
        "provenite assess Xq…8.0 --policy us.dfars.252.225-7052 --as-of 2027-01-01",
        "provenite assess Xq…8.0 --policy 'claim.recycled?share=0.24' --json",
        "provenite assess Xq…8.0 --policy ours.toml",
        "provenite assess Xq…8.0 --policy eu.battery.art8 --product ev-battery",
    )
)(assess)
main.command(
    epilog=examples(
        "provenite portfolio",
        "provenite portfolio --flow received --from 2026-01-01 --to 2026-12-31 --json",
        "provenite portfolio --element Nd --csv neodymium.csv",
    )
)(portfolio)
main.command(epilog=examples("provenite parties", "provenite parties --json"))(parties)
main.command(epilog=examples("provenite sites", "provenite sites --json"))(sites)
main.command(
    epilog=examples("provenite shipments --addressed --overdue", "provenite shipments --json")
)(shipments)
shipment = typer.Typer(
    help="Ask what the law says of a shipment of waste.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog="\b\nExamples:\n  provenite shipment check --from GH --to US --code Y49 --json",
)
shipment.command(
    epilog="\b\nExamples:\n"
    "  provenite shipment check --from GH --to US --code Y49 --date 2026-03-01\n"
    "  provenite shipment check --from US --to DE --code A1181 --transit EG\n"
    "  provenite shipment check --from GH --to US --code Y49 --among JP --json\n\n"
    "\b\nExit codes: 0 lawful, and nothing is missing; 1 barred; 2 used wrongly;\n"
    "4 not barred, but a document is missing or a person has to decide."
)(check)

shipment.command(
    epilog=examples("provenite shipment codes", "provenite shipment codes --json", of_firm=False)
)(codes)

main.add_typer(shipment, name="shipment")
main.command(
    epilog=examples(
        "provenite contributions Xq…8.0 --element Nd --label CN",
        "provenite contributions Xq…8.0 --element Nd --label CN --lens attested",
    )
)(contributions)
main.command(
    epilog=examples(
        "provenite consequences Xq…8",
        "provenite consequences Xq…8 --if-retracted",
        "provenite consequences --if ownership.json",
        "provenite consequences Xq…8 --json",
    )
)(consequences)
main.command(epilog=examples("provenite lenses", "provenite lenses --add mined-in-CN.toml"))(lenses)
main.command(
    epilog=examples(
        "provenite retract Xq…8 --reason incorrect_data",
        "provenite retract Xq…8 --reason incorrect_data --replacement Yr…0",
        "provenite retract Xq…8 --reason withdrawn",
    )
)(retract)
main.command(
    epilog=examples(
        "provenite grant quantities documents --to Zs…4 --until 2027-01-01",
        "provenite grant identities --statement Xq…8",
    )
)(grant)
main.command(
    epilog=examples(
        "provenite rotate new.pem --key old.pem",
        "provenite rotate new.pem --key old.pem --compromised-at 2026-11-03T08:00:00",
    )
)(rotate)
main.command(
    epilog=examples(
        "provenite receipt Xq…8 -o march.tlog-proof",
        "provenite receipt Xq…8 --cose -o march.cose",
        "provenite receipt Xq…8 --check march.tlog-proof --log-key log.txt",
    )
)(receipt)
main.command(epilog=examples("provenite pack Xq…8.0", "provenite pack Xq…8.0 -o 2026-03.pack.zip"))(
    pack
)
main.command(
    epilog=examples(
        "provenite audit 2026-03.pack.zip",
        "provenite audit 2026-03.pack.zip --log-key log.txt --policy witnesses.txt",
        "provenite audit 2026-03.pack.zip --assess ours.toml --as-of 2027-01-01",
        "provenite audit 2026-03.pack.zip --json",
        "provenite audit --ledger URL --key auditor.pem",
    )
)(audit)
main.command(
    epilog=examples(
        "provenite certify Xq…8.0 --policy us.dfars.252.225-7052 -o magnets",
        "provenite certify Xq…8.0 --policy 'claim.recycled?share=0.24' --lot",
        "provenite certify Xq…8.0 --policy eu.battery.art8 --product ev-battery --json",
    )
)(certify)
main.command(epilog=examples("provenite certificates", "provenite certificates --json"))(
    certificates
)
main.command(epilog=examples("provenite notices", "provenite notices --json"))(notices)
main.command(
    epilog=examples("provenite revoke 7Xk…w --reason 'The assay was forged.' --key registrar.pem")
)(revoke)
main.command(
    epilog=examples(
        "provenite verify magnets.certificate.jwt",
        "provenite verify https://ledger.example/certificates/7Xk…w",
        "provenite verify 'https://ledger.example/certificates/7Xk…w#Qm…8'",
        "provenite verify a.jwt --offline --did d.json --status s.jwt --log-key k.txt",
        of_firm=False,
    )
)(verify)
main.add_typer(policy, name="policy")
main.command(
    epilog=examples(
        "provenite monitor https://ledger.example --policy witnesses.txt",
        "provenite monitor https://ledger.example --once --state ledger.json",
        "provenite monitor https://files.example/log --log-key VKEY --json",
        of_firm=False,
    )
)(monitor)
