"""Request budgets: what an API key may be asked is split among the jobs that use it."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches

from nightshift.manifest import Budget
from nightshift_tools.manifest import names
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import BudgetModel, ManifestModel
from nightshift_tools.manifest.validate import shown


def read_budgets(model: ManifestModel, checking: Checking) -> dict[str, Budget]:
    """All budgets by name; shares of more than the whole, and of jobs that are not there, are told."""
    for name, budget in model.budgets.items():
        _check(name, budget, model, checking)
    return {
        name: Budget(budget.requests_per_second, dict(budget.shares))
        for name, budget in model.budgets.items()
    }


def _check(name: str, budget: BudgetModel, model: ManifestModel, checking: Checking) -> None:
    path = ("budgets", name)
    if names.kebab_case(name) != name:
        checking.wrong_key(
            path, f"a budget's name is in kebab-case; write {names.kebab_case(name) or 'digital-river'}"
        )
    for job in budget.shares:
        if job not in model.jobs and not checking.refused & {("jobs",), ("jobs", job)}:
            near = get_close_matches(job, model.jobs, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(model.jobs) or 'none'}"
            checking.wrong_key((*path, "shares", job), f"there is no job {shown(job)}; {hint}")
    total = sum(Decimal(str(share)) for share in budget.shares.values())  # 0.1 + 0.2 is to be 0.3
    if total > 1:
        written = " + ".join(str(share) for share in budget.shares.values())
        checking.wrong(
            (*path, "shares"),
            f"the shares are {written} = {total}, more than the whole budget; lower them to 1 in all, or "
            "to less where others use the key too",
        )
