#!/usr/bin/env bash
# Holds deploy/kubernetes to the schemas of Kubernetes: the oldest release it is meant for, and the latest known. What the
# manifests say of the binary is tests/contracts/kubernetes.rs. Needs Python and PyPI; the tools are put into target/kubernetes.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

TOOLS="$TARGET/kubernetes"
WANTED="$ROOT/tests/kubernetes/requirements.txt"
if ! cmp -s "$WANTED" "$TOOLS/requirements.txt"; then
  say "installing kubernetes-validate"
  rm -rf "$TOOLS"
  python3 -m venv "$TOOLS"
  "$TOOLS/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$WANTED"
  cp "$WANTED" "$TOOLS/requirements.txt"
fi

# Kustomize's files and the Gateway API are no part of Kubernetes.
mapfile -t files < <(find "$ROOT/deploy/kubernetes" -name '*.yaml' ! -name kustomization.yaml ! -name route.yaml | sort)
for version in 1.29 1.37; do
  "$TOOLS/bin/kubernetes-validate" --strict --quiet -k "$version" "${files[@]}"
done
echo "kubernetes: ${#files[@]} files fit the schemas of 1.29 and 1.37"
