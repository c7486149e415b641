#!/bin/sh
# One night in a clone that may be thrown away afterwards. Brings the state from its branch, improves, writes the state
# back, and puts what was proved on a branch for one pull request. Merging that is the approval.
#
#   sh nightly.sh --all-failing                the arguments are those of `reyn improve`
#   sh nightly.sh --all-failing --first-night  the very first time
#
# Exits as `reyn improve` does; 6 when another night pushed its state meanwhile, 7 when git cannot reach the remote.
set -eu

remote=${REYN_REMOTE:-origin}
state_branch=${REYN_STATE_BRANCH:-reyn-state}
branch=${REYN_PR_BRANCH:-reyn-improve}
base=${REYN_BASE:-main}
reyn=${REYN:-npx reyn}
report=${REYN_REPORT:-.reyn/night}

say() { printf '%s\n' "$*" >&2; }

top=$(git rev-parse --show-toplevel)
cd "$top"
mkdir -p "$report"
report=$(cd "$report" && pwd)
work=$(mktemp -d)
trap 'git worktree remove --force "$work/state" 2>/dev/null || true
      git worktree remove --force "$work/pr" 2>/dev/null || true
      rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

as_reyn() {
  name=$(git config user.name || echo "${REYN_GIT_NAME:-reyn}")
  mail=$(git config user.email || echo "${REYN_GIT_EMAIL:-reyn@localhost}")
  git -c user.name="$name" -c user.email="$mail" "$@"
}

# The commit a branch of the remote is at; nothing where there is no such branch. Fails when nobody can tell.
tip_of() {
  found=$(git ls-remote "$remote" "refs/heads/$1") || { say "git cannot reach $remote"; exit 7; }
  printf '%s' "$found" | cut -f 1
}

# 1. The state, as the last night left it.
tip=$(tip_of "$state_branch")
if [ -n "$tip" ]; then
  git fetch -q "$remote" "$tip"
  git worktree add -q --detach "$work/state" "$tip"
else
  git worktree add -q --detach "$work/state" HEAD
  git -C "$work/state" checkout -q --orphan "$state_branch-$$"
  git -C "$work/state" rm -rfq --ignore-unmatch .
fi

# 2. The night itself.
rm -f "$report"/*
code=0
$reyn improve --ci --state "$work/state" --report "$report" "$@" || code=$?

# 3. The state goes first: nothing is told of a night that would be forgotten.
git -C "$work/state" add -A . ':(exclude).lock'
if ! git -C "$work/state" diff --cached --quiet; then
  (cd "$work/state" && as_reyn commit -q -m "State after a night")
  if ! git -C "$work/state" push -q "$remote" "HEAD:refs/heads/$state_branch"; then
    say "The state cannot be pushed: another night did so meanwhile, or you may not. Nothing of this one is published."
    exit 6
  fi
fi

# 4. One branch with all that was proved, on top of what was improved.
if [ -s "$report/candidate.diff" ]; then
  git worktree add -q --detach "$work/pr" HEAD
  git -C "$work/pr" apply --index --whitespace=nowarn "$report/candidate.diff"
  skills=$(git -C "$work/pr" diff --cached --name-only | cut -d / -f 3 | sort -u | tr '\n' ' ')
  (cd "$work/pr" && as_reyn commit -q -m "Improve ${skills% }" -m "Proved on sealed cases; report.md has the verdict. Merging this is the approval.")
  there=$(tip_of "$branch")
  [ -z "$there" ] || git fetch -q "$remote" "$there"
  if [ -n "$there" ] && [ "$(git rev-parse "$there^{tree}")" = "$(git -C "$work/pr" rev-parse 'HEAD^{tree}')" ]; then
    say "The branch $branch has it already."
  else
    git -C "$work/pr" push -q --force "$remote" "HEAD:refs/heads/$branch"
    say "Pushed $branch."
  fi

  # 5. One pull request, and in it one comment that is updated in its place.
  if [ -n "${GH_TOKEN:-}" ] && command -v gh >/dev/null; then
    number=$(gh pr list --head "$branch" --state open --json number --jq '.[0].number // empty')
    if [ -z "$number" ]; then
      gh pr create --head "$branch" --base "$base" --title "Improve ${skills% }" --body "Proposed by a night of \`reyn improve\`."
      number=$(gh pr list --head "$branch" --state open --json number --jq '.[0].number // empty')
    fi
    comment=$(gh api --paginate "repos/{owner}/{repo}/issues/$number/comments" \
      --jq '.[] | select(.body | startswith("<!-- reyn improve -->")) | .id' | head -n 1)
    if [ -n "$comment" ]; then
      gh api --silent -X PATCH "repos/{owner}/{repo}/issues/comments/$comment" -F "body=@$report/report.md"
    else
      gh pr comment "$number" --body-file "$report/report.md"
    fi
  fi
fi

exit "$code"
