"""What is wrong in the file of `--facts` is told with its line or member, what is expected, and an example."""

from pathlib import Path

import msgspec
import pytest
import typer

from provenite import Cost, Facts
from provenite.cli.facts_file import EXAMPLE, read_facts


def test_the_example_is_read(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(EXAMPLE)
    assert read_facts(file) == Facts(
        product="45x-battery-component", cost=Cost(total="80", prohibited="30"), holdings=()
    )
    assert msgspec.json.decode(EXAMPLE, type=Facts) == read_facts(file)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"product": "a",\n "cost": }', ", line 2: no JSON: invalid character"),
        ('{"product": "a",\n', ", line 2: Input data was truncated"),
        ('{"produkt": "a"}', ": there is no 'produkt': there are product, acquired, claims"),
        ('{"cost": {"total": "80", "sum": "1"}}', ": cost: there is no 'sum': there are total"),
        ('{"cost": {"total": "80"}}', ": cost: prohibited is missing"),
        (
            '{"cost": {"total": 80}}',
            ": cost.total: this has to be a text in quotation marks, numbers",
        ),
        ('{"cost": {"total": "80 EUR"}}', ": cost.total: An amount is a text, such as"),
        (
            '{"acquired": "1.2.2026"}',
            ': acquired: this has to be a day in quotation marks, such as "2026',
        ),
        ('{"minerals": {}}', ": minerals: this has to be a list in [ ]"),
        (
            '{"cost": {"total": "1", "prohibited": "2"}}',
            ": cost: the parts of the cost are more than",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    file = tmp_path / "facts.json"
    file.write_text(text)
    with pytest.raises(typer.Exit) as ended:
        read_facts(file)
    assert ended.value.exit_code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"facts.json{told}" in said
    assert "Facts are such as" in said
