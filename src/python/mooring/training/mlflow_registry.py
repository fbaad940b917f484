"""Champion and challenger as aliases of MLflow's model registry.

A bundle is one version of the registered model, found by its tag `bundle`, else registered from the
model that its training run logged. Mirroring again changes nothing, so it also repairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mooring.bundle.release import Role
from mooring.training import mlflow_tracker  # sets what MLflow reads at import
from mooring.training.errors import TrackingUnavailable
from mooring.training.registry import ROLES, Holder, Mirrored

# isort: split
import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

_BUNDLE, _VERSION, _BLESSING = "bundle", "release_version", "blessing."

_GONE = "RESOURCE_DOES_NOT_EXIST"


@dataclass(frozen=True)
class MlflowRegistry:
    """The registry of the tracking store at `uri`."""

    uri: str

    def mirror(self, model: str, holders: Mapping[Role, Holder]) -> Mirrored:
        """Let each role's alias point at its holder's version, and at nothing where nobody holds
        it or the store does not know its run. Raises TrackingUnavailable.
        """
        mlflow_tracker.quieten()
        try:
            # The registry looks a logged model up in the process's store, whatever its own is.
            mlflow.set_tracking_uri(self.uri)
            return _mirror(MlflowClient(self.uri, self.uri), model, holders)
        except Exception as error:  # MLflow lets the errors of its database drivers through
            raise TrackingUnavailable(
                f"the registry cannot be used ({type(error).__name__})",
                place=self.uri,
                cure=f"Check that it can be reached and run `mooring mirror {model}`.",
            ) from error


def _mirror(client: MlflowClient, model: str, holders: Mapping[Role, Holder]) -> Mirrored:
    aliases: dict[Role, str] = {}
    notes = []
    for role in ROLES:
        holder = holders.get(role)
        version = _version_of(client, model, holder) if holder else None
        if holder and version:
            _tag(client, model, version, holder)
            client.set_registered_model_alias(model, role, version)
            aliases[role] = version
            continue
        _drop(client, model, role)
        if holder:
            notes.append(f"version {holder.version} is not shown: its run is not in the store")
    return Mirrored(aliases, tuple(notes))


def _version_of(client: MlflowClient, model: str, holder: Holder) -> str | None:
    """The registry's version of the bundle, made from its run when it is new; None without one."""
    found = client.search_model_versions(f"name = '{model}'")
    known = [v for v in found if v.tags.get(_BUNDLE) == holder.bundle]
    if known:
        return str(known[0].version)
    logged = _logged_model(client, holder)
    if logged is None:
        return None
    _ensure(client, model)
    made = client.create_model_version(
        model, f"models:/{logged}", holder.run, {_BUNDLE: holder.bundle}, model_id=logged
    )
    return str(made.version)


def _logged_model(client: MlflowClient, holder: Holder) -> str | None:
    """The id of the model that the run logged, given that it is the run of this bundle."""
    if not holder.run:
        return None
    try:
        run = client.get_run(holder.run)
    except MlflowException as error:
        if error.error_code == _GONE:
            return None
        raise
    logged = run.outputs.model_outputs if run.outputs else []
    same = run.data.params.get(_BUNDLE) == holder.bundle
    return str(logged[0].model_id) if logged and same else None


def _ensure(client: MlflowClient, model: str) -> None:
    try:
        client.create_registered_model(model, description="Aliases mirror release.json in git.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _tag(client: MlflowClient, model: str, version: str, holder: Holder) -> None:
    digests = {f"{_BLESSING}{kind}": digest for kind, digest in holder.blessings.items()}
    for name, value in {_VERSION: str(holder.version), **digests}.items():
        client.set_model_version_tag(model, version, name, value)


def _drop(client: MlflowClient, model: str, role: Role) -> None:
    try:
        client.delete_registered_model_alias(model, role)
    except MlflowException as error:
        if error.error_code != _GONE:
            raise
