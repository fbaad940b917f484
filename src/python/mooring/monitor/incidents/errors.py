"""What can go wrong with an incident, and with the jobs that work on it.

MooringError
└── IncidentError
    ├── Malformed          a body that is not what Alertmanager or a person sends
    ├── BodyTooLarge       a body beyond `payload.LARGEST_BODY`
    ├── Unauthenticated    no bearer token, or a wrong one
    ├── SecretMissing      the file of tokens is not there, or empty
    ├── UnknownIncident    an id that nobody gave
    ├── UnknownModel       a model that is not watched
    ├── NotWaiting         an approval that nobody waits for
    ├── JournalFailed      what is decided cannot be kept: nothing has been done
    └── JobError
        ├── JobRefused     it will never start like this: a person must mend something
        ├── JobUnreachable surely nothing was started; it may be asked again
        └── JobUnsure      it may have been started or not: look before anything else
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class IncidentError(MooringError):
    """Root of the package's errors."""


class Malformed(IncidentError):
    """A body that cannot be read; it holds no value of it."""


class BodyTooLarge(IncidentError):
    """A body that is not read to its end."""


class Unauthenticated(IncidentError):
    """Nobody knows who asks."""


class SecretMissing(IncidentError):
    """Nobody can be known, for there is nothing to know them by."""


class UnknownIncident(IncidentError):
    """There is no such incident."""


class UnknownModel(IncidentError):
    """The monitor does not watch this model."""


class NotWaiting(IncidentError):
    """The incident is at no step that a person decides, or must not go on now."""


class JournalFailed(IncidentError):
    """The disk is full, or the journal damaged: what was asked is not done."""


class JobError(IncidentError):
    """Root of what a job port raises."""


class JobRefused(JobError):
    """The other side understood and declined, or the command is not there."""


class JobUnreachable(JobError):
    """The other side was not reached."""


class JobUnsure(JobError):
    """The question went out, and no answer came back."""
