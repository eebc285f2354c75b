#!/bin/sh
# An agreement from the first question to the day plan, with curl and nothing else:
#   MKD_URL=http://127.0.0.1:8080 MKD_TOKEN=... sh client.sh EMPLOYEE FIRST_DAY
set -eu
employee=$1 first_day=$2

# ask PERSON METHOD PATH [BODY]: the answer. What is tried again has the same key, so that it is done once.
# The token comes by standard input: the arguments of a command are seen by everybody on the machine.
ask() {
  curl --silent --show-error --fail-with-body --max-time 30 --retry 3 --config - "$MKD_URL$3" --request "$2" \
    --header "Mkd-Acting-Person: $1" --header "Idempotency-Key: $(od -An -N16 -tx1 /dev/urandom | tr -d ' ')" \
    --header 'Content-Type: application/json' ${4:+--data "$4"} <<END
header = "Authorization: Bearer $MKD_TOKEN"
END
}

# field NAME: the first text of that name, or the first of a list of texts.
field() {
  grep -o "\"$1\": \[*\"[^\"]*" | head -n 1 | sed 's/.*"//'
}

echo "ready:    $(curl --silent --show-error --fail "$MKD_URL/health/ready" | field status)"

decision=$(ask "$employee" POST /v1/decide '{"show": "brief", "facts": {"agreement": {"remote_days": 2}}}')
echo "decision: $(echo "$decision" | field outcome)"

proposed=$(ask "$employee" POST /v1/agreements '{
  "from": "'"$first_day"'", "remote": "wed,thu", "reason": "Quiet work on the report",
  "targets": [{"kind": "output", "indicator": "reports delivered", "direction": "at_least", "value": 1,
               "unit": "reports", "due": "'"$first_day"'", "evidence": "the report as filed"}]}')
draft=$(echo "$proposed" | field agreement)
submitted=$(ask "$employee" POST "/v1/agreements/$draft/submit")
superior=$(echo "$submitted" | field approvers)
echo "waits:    $draft for $superior"

approved=$(ask "$superior" POST "/v1/agreements/$draft/approve" '{"reason": "Agreed"}')
echo "state:    $(echo "$approved" | field state)"
shown=$(ask "$employee" GET "/v1/agreements/$draft")
echo "shown:    from $(echo "$shown" | field from)"
day=$(ask "$employee" GET "/v1/people/$employee/days/$first_day")
echo "day:      $(echo "$day" | field windows)"

# What is refused is a problem with a code; curl ends with an error then.
if ! refused=$(ask "$employee" POST "/v1/agreements/$draft/approve" 2> /dev/null); then
  echo "refused:  $(echo "$refused" | field code)"
fi
