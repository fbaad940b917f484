"""The words of docs/drift.md; `report` puts the numbers in."""

from __future__ import annotations

HEAD = """\
<!-- Computed and written by the command below: do not edit. -->
# Drift: what the alarm is worth

An alarm that is often wrong is switched off, and one that never comes is not missed until it is
late. Here is how often ours is wrong, in the same table as what it finds, beside what others say
to the same traffic. All of it comes from one command:

```console
./pants --tag="['slow']" package tests/calibration/peers:compare   # once: evidently, river, crepes
PYTHONPATH=src/python:. python -m tests.calibration.publish{arguments}
```

**The traffic is real**: the flights of 2013 after the training of `flight_delay`'s released
champion, in whole days. Where it says *years*, their days are dealt anew each time, which takes
the season away: what alarms then is false. {reference} days are the reference, as many as the
champion has, and weeks of 7 days follow. A change comes after a quarter of {quarter} weeks and
stays. The budget is one false alarm a quarter, for everything together that may ask for a retrain
([0050](decisions/0050-a-detector-for-each-statistic.md)).

## False alarms, and what is found
**False alarms a quarter, of score, residual and loss together: {mean:.2f}, at most {bound:.2f}
(one-sided 95 % bound), over {years} years.** The mean hides an unlucky reference: the worst year
had {worst} alarms in its 39 weeks. After an alarm the evidence begins anew, against the same
reference.

"""

FOUND = """
*Score moves by* is the index of the whole year before and after the change, as the
[test](decisions/0049-clusters-by-their-design-effect.md) has it: up to 0.02 is granted. *Alarm*
and *would retrain* are shares of {years} years; a bug of the data that is seen in the first week
blocks the retrain that an alarm asks for. *Named* are features that Benjamini and Hochberg's
procedure names in every other year at least; they explain and never alarm. *Together* is the
share of {told} years whose first week a classifier tells at 0.05 by how features go together. Of
`distance × 100` the contract refuses {refused:.1%} at the gateway; the row is what would happen
if it did not.

In plain words:
- **Labels find what matters.** A concept that makes one punctual flight in five late is found
  within three weeks in {five:.0%} of the years, one in ten in {ten:.0%}.
- **Covariates alone seldom alarm.** Days differ so much by their weather, and the reference has
  {reference} of them, that a week has to look very different to stand out: no flight before 15:00
  moves the score by {index:.2f}, which any fixed line sees, and ours finds it within three weeks
  in {shift:.0%} of the years. It is named, not alarmed on. Whoever wants to hear of each such
  shift is better off with a fixed line, and hears of much else.
- **A bug of the data does not retrain**, whatever the score does. The price: where no flight
  leaves before 19:00, most values of `hour` are in its last bin, and {mistaken:.0%} of the years
  take that for another unit.
- **One value of a million miles** is one row in an open bin: it alarms as often as three weeks of
  nothing.
- **A shift of the base rate** that leaves each kind of flight as it was (*prior*) is found within
  three weeks in {prior:.0%} of the years.
"""

PARTS = """
## Each part by itself
Shares of all weeks of {years} years without a change, whose p-value is below 0.05 and 0.01: of
the plain test, and with the least effect granted (0.02 of the score's index, 2 points of the mean
residual, 0.01 nats). False alarms a quarter of each alone, on its third of the budget.

"""

SILENT = """
Simulated detectors, {runs} runs: mean windows until a false alarm (ARL) and its lower bound (95
%), against the budget that they promise; p-values are uniform. *Alike*: all three statistics
always say the same, as far from independent as can be.

"""

DELAYED = """
And windows until an alarm, when the p-values of one statistic of three follow Beta(a, 1) from a
change on, on a budget of {quarter} windows:

"""

OTHERS = """
![share of years in which each rule alarms within three weeks](drift/power.svg)

## Beside others
The first {others} of these years ({evidently} for evidently, which takes a second for each week),
in weeks that alarm: of a quarter without a change, and of the 39 of the real year in its own
order. Then the share of years that alarm within {weeks} weeks after each change, by its letter in
the table above. A rule that alarms in every week has "found" everything.

"""

OTHERS_SAID = """
- **Fixed lines and KS take rows for independent.** {ks:.0f} of 13 weeks of nothing alarm by KS,
  {psi:.0f} by PSI at 0.1, {wasserstein:.0f} by Wasserstein at 0.1 σ: the weather of a week is
  never that of another. Their power is that of a siren which never stops.
- **Where ours is worse**: PSI > 0.1 of the score alarms in {score:.1f} of 13 quiet weeks,
  {often:.0f} times as often, and tells within three weeks that no flight leaves before 15:00 in
  {line:.0%} of the years, ours in {shift:.0%}. Who can
  afford to look at a panel that often sees more there.
- **evidently** as its preset has it: the *share of drifted columns ≥ 0.5* alarms in
  {share:.1f} of 13 quiet weeks, *any column* in {any:.1f}.
- **river** hears whether each answer was wrong: ADWIN alarms in {adwin:.1f} and DDM in {ddm:.1f} of
  13 quiet weeks, since the share of wrong answers is that of late flights, and days differ in it.
  They answer after rows and not after weeks, which this unit does not show.
- **crepes**' conformal martingale over days, from the same residuals, with an alarm at 20:
  {crepes:.2f} weeks of 13. It promises the same kind of thing as ours and is its nearest
  relative: exact where days can be exchanged, without a least effect that is granted.
- evidently is Apache-2.0, river and crepes are BSD-3-Clause; they run in a process of their own
  and ship in no image.

## The year in its own order
![evidence over the weeks of the real year](drift/year.svg)

Nothing was injected here, and much happened: a reference of March meets summer. Of {real} weeks
the score alarms in {of_score}, the residual in {of_residual}, the loss in {of_loss}; the first
alarm is in week {first}. Detectors begin anew after each alarm, but nobody retrains, so the
same difference is found again and again. {bugs} weeks as a whole hold what is taken for a bug of
the data (`broken_test.py` judges its days, and finds the four that have one). Named most often:
{named}; those that the contract calls
seasonal are shown and not judged by the monitor. **What the budget is worth on days in their own
order is not shown by this**: neighbours resemble each other, and only the [loop](architecture.md)
as a whole can say what its alarms were worth.
"""

TOGETHER = """
## How features go together
A classifier tells the rows of a week from the reference's, whole days at a time. Share of {told}
years with p < 0.05:

"""

TOGETHER_SAID = """
With the weather and the weekday it learns which days these were, and is no better on other days;
with features that vary from row to row within a day, which the contract neither calls seasonal
nor clustered, it learns how they go together ([0057](decisions/0057-drift-beside-others.md)).

## Estimates before labels come
**An estimate cannot see concept drift or a shift of the base rate.** It takes the chances of the
holdout for those of today. The real year, champion and calibration frozen in March, says what
that is worth:

"""

ESTIMATES = """
![estimated and realised measures by month](drift/estimates.svg)

In {least} {low:.0%} of the flights are late and in {most} {high:.0%}; the estimate sees
{seen:.0%} and {seen_most:.0%}. Its log loss is {off:.3f} nats too {side} in {least}. AUC is
estimated too high in {optimistic} of {months} months: the model has grown older, and its scores
do not know it.

## Oracles

"""

RUNS = """
![mean run lengths against the budget](drift/runs.svg)
"""
