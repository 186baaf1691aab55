"""Where a narrow column may break a document's number."""

from controltower.templatetags.ui import at_slashes


def test_a_number_breaks_after_its_slashes_and_stays_text():
    assert at_slashes("BILL/2026/11/0005") == "BILL/<wbr>2026/<wbr>11/<wbr>0005"
    assert at_slashes("Draft") == "Draft"
    assert at_slashes("<b>/&") == "&lt;b&gt;/<wbr>&amp;"
