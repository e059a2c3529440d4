"""Rules of the payment jobs that are broken one at a time, each with the matrix that must say so."""

from __future__ import annotations

from support.fault_mutants import Edit, Mutant

_CHARGING = "functions/charge_installments/charging.py"
_LEDGER = "tools/nightshift_tools/embedded/ledger.py"
_HELD_UP = Edit(_CHARGING, "if not rules.is_fresh(attempt, self._run.now(), self._patience):", "if False:")

MUTANTS = (
    Mutant(
        "a key made per run",
        "answer lost",
        (
            Edit(
                _CHARGING, "        return str(entry.key)\n", "        return f'{entry.key}:{self._run.id}'\n"
            ),
        ),
    ),
    Mutant(
        "sent again when the outcome is unknown",
        "answer lost",
        (
            Edit(
                _CHARGING,
                "            until = self._run.now() + self._patience.settle\n            return",
                "            return self._send(claimed)\n            return",
            ),
        ),
    ),
    Mutant(
        "sent again as soon as nothing is found",
        "asked to wait",
        (Edit("functions/charge_installments/rules.py", "    if now < settled:\n", "    if False:\n"),),
    ),
    Mutant(
        "the subscription is advanced before the ledger is written",
        "ended",
        (
            Edit(
                "functions/process_subscriptions/raising.py",
                "        return Outcome(failed=failed) + self._advance(records, dues, added)\n",
                "        return Outcome(failed=failed) + outcome\n",
            ),
            Edit(
                "functions/process_subscriptions/raising.py",
                "            terms = due.terms.as_json()\n",
                "        outcome = self._advance(records, dues, dict.fromkeys(dues, True))\n"
                "        for record_id, due in dues.items():\n            terms = due.terms.as_json()\n",
            ),
            Edit(
                "functions/process_subscriptions/raising.py",
                "            added[record.id] = self._ledger.add(record.id, due",
                "            self._ledger.add(record_id, due",
            ),
        ),
    ),
    Mutant(
        "a charge that was held up is sent all the same",
        "overtaken at the provider",
        (_HELD_UP,),
    ),
    Mutant(
        "a claim that anybody can make, and a charge that was held up",
        "overtaken at the state",
        (
            _HELD_UP,
            Edit(_LEDGER, "if revision == before:", "if True:"),
            Edit(_LEDGER, "            return revision == before\n", "            return True\n"),
        ),
    ),
)
