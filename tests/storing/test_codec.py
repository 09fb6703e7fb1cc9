import json

from hypothesis import given
from tests.storing.makers import ledger_lines, lines, locators, media_requests, requests, tables

from clerestory.storing import codec
from clerestory.types import PageBox


def through_json(value):
    return json.loads(codec.dumps(value))


@given(locators)
def test_locators_come_back_exactly(locator):
    assert codec.unpack_locator(through_json(codec.pack_locator(locator))) == locator


@given(lines, tables, ledger_lines, requests | media_requests)
def test_everything_else_comes_back(line, table, ledger_line, request):
    assert codec.unpack_lines(through_json(codec.pack_lines((line, line)))) == (line, line)
    assert codec.unpack_table(through_json(codec.pack_table(table))) == table
    assert codec.unpack_ledger_line(through_json(codec.pack_ledger_line(ledger_line))) == ledger_line
    assert codec.unpack_request(through_json(codec.pack_request(request))) == request


def test_a_whole_page_is_short():
    assert codec.dumps(codec.pack_locator(PageBox(12))) == '["page",12]'
