"""What a person at the command line can get wrong, or what the machine lacks.

CommandError
├── UnknownModel      no such folder below models/
├── NoContract        no contract.json, bundle or model of that name
├── NoHistory         no release of the model was ever committed
├── NothingToBless    no candidate has been trained
├── NothingReleased   no champion, or nobody of that role or version
├── NothingLogged     no gateway remembered what is asked for
├── NothingToMirror   no released bundle names a run, or there is no tracking store
├── CodeNotFound      no commit has the code that a bundle was trained with
├── NotReproducible   training it again gives no bundle at all
├── JobBusy           another run of the same job is at work
├── JobUnreadable     a file of a job's folder is not what this version writes
├── DiskFull          no room is left to write
├── AlreadyWithdrawn  a challenger that was taken back is to challenge again
├── RowsMissing       the rows that the champion learned from are not at hand
├── NotRetrainable    no newer rows, or a model without training code
├── ChampionUnusable  the gate asks for a comparison and the champion's bundle does not load
├── GitRefused        git says no, or the file has uncommitted changes
├── NoSuchKey         the keys file has no key of that id
├── LoopOpen          a demonstration's retrain has led to no new champion
├── LoopStuck         a demonstration waits for what does not come
├── TreeDirty         images would be published that no commit holds
└── GatewaySaidNo     the gateway answered with a problem
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class CommandError(MooringError):
    """Root of the command line's errors."""


class UnknownModel(CommandError):
    """There is no model of that name."""


class NoContract(CommandError):
    """What was named holds no contract."""


class NoHistory(CommandError):
    """Git knows of no release of the model."""


class NothingToBless(CommandError):
    """No bundle was named and none has been trained."""


class NothingReleased(CommandError):
    """The model has no champion, or nobody of the role that was asked for."""


class NothingLogged(CommandError):
    """There is no log, or nothing in it that was asked for."""


class NothingToMirror(CommandError):
    """MLflow has nothing that could carry an alias."""


class CodeNotFound(CommandError):
    """The sources of a bundle are not in the history."""


class NotReproducible(CommandError):
    """The code of that time does not run here, or its data are gone."""


class JobBusy(CommandError):
    """A job is worked on by one process at a time."""


class JobUnreadable(CommandError):
    """What an earlier run of a job left cannot be read."""


class DiskFull(CommandError):
    """The disk has no room for what is to be written."""


class AlreadyWithdrawn(CommandError):
    """The bundle was tried beside the champion and taken back."""


class RowsMissing(CommandError):
    """Nobody here has the rows that the champion was made from."""


class NotRetrainable(CommandError):
    """There is nothing to learn anew, or nothing to learn it with."""


class ChampionUnusable(CommandError):
    """The champion that a candidate must stand up to is gone or damaged."""


class GitRefused(CommandError):
    """The release cannot be recorded in git."""


class NoSuchKey(CommandError):
    """No key of that id is in the file."""


class LoopOpen(CommandError):
    """A demonstration's retrain has led to no new champion."""


class LoopStuck(CommandError):
    """A demonstration of the loop waits for what does not come."""


class TreeDirty(CommandError):
    """Files of the checkout differ from the last commit."""


class GatewaySaidNo(CommandError):
    """The gateway could not be reached or refused the request."""
