"""Workflows made worse, one at a time, and the checks that are to see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """`old` becomes `new` once in a file below .github; `caught` names who must notice."""

    title: str
    file: str
    old: str
    new: str
    caught: frozenset[str]


def _mutation(title: str, file: str, old: str, new: str, *caught: str) -> Mutation:
    return Mutation(title, file, old, new, frozenset(caught))


CI = "workflows/ci.yml"
BUILD = "workflows/_build-images.yml"
DEPLOY = "workflows/deploy.yml"
ROLL_OUT = "workflows/_roll-out.yml"
RETRAIN = "workflows/_retrain.yml"
CHOOSE = "workflows/retrain.yml"
NIGHTLY = "workflows/nightly.yml"
PREPARE = "actions/prepare/action.yml"

MUTATIONS = (
    _mutation(
        "an action by its tag", CI,
        "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "actions/checkout@v7",
        "contract pinned", "zizmor unpinned-uses",
    ),
    _mutation(
        "an action by its branch, in a composite action", PREPARE,
        "@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0", "@main",
        "contract pinned", "zizmor unpinned-uses",
    ),
    _mutation(
        "a commit that does not say its version", BUILD, " # v4.2.2", "", "contract pinned",
    ),
    _mutation(
        "no permissions at the top", CI, "\npermissions: {}\n", "\n",
        "contract permissions", "zizmor excessive-permissions",
    ),
    _mutation(
        "a job that may do anything", CI,
        "    permissions:\n      contents: read # the checkout\n    strategy:",
        "    permissions: write-all\n    strategy:",
        "contract permissions", "zizmor excessive-permissions",
    ),
    _mutation(
        "a permission that does not exist", CI, "actions: read #", "actions: look #",
        "schema vendor.github-workflows", "contract permissions", "zizmor refuses",
    ),
    _mutation(
        "the job that builds may push images", BUILD,
        "    permissions:\n      contents: read # the checkout\n    steps:",
        "    permissions:\n      contents: read # the checkout\n      packages: write # why not\n"
        "    steps:",
        "contract permissions",
    ),
    _mutation(
        "the title of a pull request in a script", CI,
        "./pants lint check ::", 'echo "${{ github.event.pull_request.title }}"',
        "contract strict", "zizmor template-injection",
    ),
    _mutation(
        "a payload in a script", CHOOSE,
        "          export PYTHONPATH=src/python",
        "          export PYTHONPATH=src/python MODEL=${{ github.event.client_payload.model }}",
        "contract strict", "zizmor template-injection",
    ),
    _mutation(
        "pull_request_target", CI, "  pull_request:\n", "  pull_request_target:\n",
        "contract pull_requests", "zizmor dangerous-triggers",
    ),
    _mutation(
        "a secret in a job of pull requests", CI,
        "          TARGETS: ${{ join(matrix", "          KEY: ${{ secrets.DEPLOY_KEY }}\n"
        "          TARGETS: ${{ join(matrix",
        "contract pull_requests", "zizmor secrets-outside-env",
    ),
    _mutation(
        "all secrets for a called workflow", DEPLOY,
        "    uses: $/.github/workflows/_roll-out.yml\n",
        "    uses: $/.github/workflows/_roll-out.yml\n    secrets: inherit\n",
        "contract pull_requests", "zizmor secrets-inherit",
    ),
    _mutation(
        "publishing from a pull request", CI,
        "github.event_name == 'push' && github.ref == 'refs/heads/main' && needs.package",
        "needs.package",
        "contract pull_requests",
    ),
    _mutation(
        "a job without a timeout", CI, "    timeout-minutes: 60\n", "",
        "contract limited", "schema custom.github-workflows-require-timeout",
    ),
    _mutation(
        "no limit on runs", NIGHTLY,
        "concurrency:\n  group: nightly\n  cancel-in-progress: false\n", "",
        "contract limited", "zizmor concurrency-limits",
    ),
    _mutation(
        "a rollout that the next one cuts short", ROLL_OUT,
        "cancel-in-progress: false", "cancel-in-progress: true", "contract limited",
    ),
    _mutation(
        "a script that goes on after an error", NIGHTLY,
        "          set -euo pipefail\n          bash .ci/run", "          bash .ci/run",
        "contract strict",
    ),
    _mutation(
        "another shell", RETRAIN, "    shell: bash\n", "    shell: cmd\n",
        "contract strict", "zizmor misfeature",
    ),
    _mutation(
        "a token left in the checkout", RETRAIN,
        "        with:\n          persist-credentials: false\n", "",
        "contract credentials", "zizmor artipacked",
    ),
    _mutation(
        "a cache that pull requests save", CI,
        "github.event_name == 'push' && github.ref == 'refs/heads/main' && steps.prepare",
        "steps.prepare",
        "contract caches",
    ),
    _mutation(
        "a cache that is saved wherever it is restored", PREPARE,
        "actions/cache/restore@", "actions/cache@", "contract caches",
    ),
    _mutation(
        "a cache in the job that builds what is published", BUILD,
        "cache: none", "cache: read", "contract caches",
    ),
    _mutation(
        "pip's cache in every job", PREPARE,
        "      with:\n        python-version:",
        "      with:\n        cache: pip\n        python-version:",
        "contract caches",
    ),
    _mutation(
        "a tag instead of a digest", CI,
        "          IMAGES: ${{ needs.publish.outputs.images }}",
        """          IMAGES: '{"gateway": "ghcr.io/mooring/gateway:latest"}'""",
        "contract digests",
    ),
    _mutation(
        "a tag that nobody refuses", DEPLOY,
        'python3 -m mooring.delivery.handover references --github-output "$GITHUB_OUTPUT"',
        'echo "images=$IMAGES" >>"$GITHUB_OUTPUT"',
        "contract digests",
    ),
    _mutation(
        "another commit than the one that was built", CI,
        "COMMIT: ${{ github.sha }}", "COMMIT: ${{ github.event.after }}", "contract digests",
    ),
    _mutation(
        "a deployment that the next one drops", DEPLOY, "  queue: max\n", "", "contract limited",
    ),
    _mutation(
        "an attestation about a tag", BUILD,
        "subject-digest: ${{ matrix.subject.digest }}", "subject-digest: ${{ matrix.subject.tag }}",
        "contract digests",
    ),
    _mutation(
        "an image of anybody's", DEPLOY, 'gh attestation verify "oci', 'echo "oci',
        "contract digests",
    ),
    _mutation(
        "production without staging", DEPLOY, "needs: [verify, staging]", "needs: [verify]",
        "contract digests",
    ),
    _mutation(
        "output of a job that is not waited for", CI,
        "    needs: plan\n    if: ${{ needs.plan.outputs.check == 'true' }}",
        "    if: ${{ needs.plan.outputs.check == 'true' }}",
        "contract graph",
    ),
    _mutation(
        "an output that no job has", CI,
        "needs.package.outputs.digests", "needs.package.outputs.digest",
        "contract graph", "contract digests",
    ),
    _mutation(
        "a rollout that is not taken back", ROLL_OUT,
        "!success() && steps.rollout.outcome", "success() && steps.rollout.outcome",
        "contract digests",
    ),
    _mutation(
        "no environment, hence no approval", ROLL_OUT,
        "    environment: ${{ inputs.environment }}\n", "",
        "contract digests",
    ),
    _mutation(
        "a key that GitHub does not know", NIGHTLY, "    runs-on: ubuntu-24.04\n    timeout",
        "    runs-on: ubuntu-24.04\n    time-out: 3\n    timeout",
        "schema vendor.github-workflows",
    ),
    _mutation(
        "updates on the day they appear", "dependabot.yml", "default-days: 14", "default-days: 1",
        "zizmor dependabot-cooldown",
    ),
)  # fmt: skip
