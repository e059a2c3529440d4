"""cfn-lint has no error and no warning for the template, shipped or with many jobs."""

from __future__ import annotations

from cfnlint.api import lint

from support.templates import Project

REGIONS = ["eu-central-1"]


def test_cfn_lint_is_content(project: Project) -> None:
    assert [str(match) for match in lint(project.text, regions=REGIONS)] == []


def test_cfn_lint_would_speak_up(shipped: Project) -> None:
    broken = shipped.text.replace("RetentionInDays: 30", "RetentionInDays: 31")
    assert broken != shipped.text
    assert lint(broken, regions=REGIONS) != []
