#!/usr/bin/env bash
# A client in the shell: lists, creates, updates, deletes and pages through every resource, as the fact sheet of the
# API has it. Says what it does; stops with status 1 at the first answer that is not as it should be.
#
#   URL=http://127.0.0.1:4747 KEY=sk_test_local COMPANY=cmp_… bash facts_walk.sh
set -euo pipefail
: "${URL:?}" "${KEY:?}" "${COMPANY:?}"

fail() { echo "FAILED: $*" >&2; echo "  $STATUS $BODY" >&2; exit 1; }

# call STATUS METHOD PATH [BODY]: one request; the answer is in $BODY.
call() {
  local wanted=$1 method=$2 path=$3 data=()
  [ $# -gt 3 ] && data=(-H 'Content-Type: application/json' --data "$4")
  local answer
  answer=$(curl -sS -X "$method" -H "Authorization: Bearer $KEY" "${data[@]}" -w '\n%{http_code}' "$URL$path")
  STATUS=${answer##*$'\n'} BODY=${answer%$'\n'*}
  printf '%-6s %-60s %s\n' "$method" "${path:0:60}" "$STATUS"
  [ "$STATUS" = "$wanted" ] || fail "$method $path: wanted $wanted"
}

# has TEXT…: the answer holds each of them.
has() { local text; for text; do [[ $BODY == *"$text"* ]] || fail "no $text in the answer"; done; }
lacks() { [[ $BODY != *"$1"* ]] || fail "$1 is in the answer"; }
# text NAME / number NAME: the first value of that name in the answer.
text() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" <<<"$(grep -oE "\"$1\":\"[^\"]*\"" <<<"$BODY" | head -1)"; }
number() { grep -oE "\"$1\":[0-9]+" <<<"$BODY" | head -1 | grep -oE '[0-9]+$'; }
times() { { grep -o "$1" <<<"$BODY" || true; } | wc -l; }
# refused STATUS TEXT: the vendor's error body.
refused() { has "\"success\":false,\"message\":\"$2\",\"error\":{\"status\":$1,\"message\":\"$2\"}"; }

# pages PATH NAME MARK LIMIT: every page holds NAME; together they hold totalCount items (MARK stands once in each).
pages() {
  local path=$1 name=$2 mark=$3 limit=$4 page=1 found=0 total pages
  while :; do
    call 200 GET "$path?page=$page&limit=$limit"
    has "\"$name\":[" "\"currentPage\":$page"
    total=$(number totalCount) pages=$(number totalPages)
    found=$((found + $(times "\"$mark\":")))
    [ "$page" -ge "$pages" ] && break
    page=$((page + 1))
  done
  [ "$found" = "$total" ] || fail "$path: $found items on $pages pages, totalCount says $total"
  [ "$pages" = $(((total + limit - 1) / limit)) ] || fail "$path: $pages pages for $total items"
  call 200 GET "$path?page=$((pages + 1))&limit=$limit"
  has "\"$name\":[]" "\"totalCount\":$total" "\"totalPages\":$pages"
}

# lives KIND WRAPPER BODY FIELD CHANGED: created, listed, changed in one field, deleted once, and then gone.
lives() {
  local kind=$1 wrapper=$2 body=$3 field=$4 changed=$5 total id
  call 200 GET "/v1/$kind?limit=1"; total=$(number totalCount)
  call 201 POST "/v1/$kind" "$body"; has "\"$wrapper\":{"; id=$(number id)
  call 200 GET "/v1/$kind?limit=1"; has "\"id\":$id" "\"totalCount\":$((total + 1))"
  call 200 PUT "/v1/$kind/$id" "{\"$field\":\"$changed\"}"; has "\"$wrapper\":{" "\"$field\":\"$changed\""
  call 200 PUT "/v1/$kind/$id" '{}'; has "\"$field\":\"$changed\""
  call 200 DELETE "/v1/$kind/$id"; has '"message":"'
  call 404 DELETE "/v1/$kind/$id"; refused 404 'Not found'
  call 404 PUT "/v1/$kind/$id" '{}'; refused 404 'Not found'
  call 200 GET "/v1/$kind?limit=1"; lacks "\"id\":$id," ; has "\"totalCount\":$total"
}

echo '--- keys'
right=$KEY
for KEY in wrong sk_live_0123456789abcdef; do
  call 401 GET /v1/leads; refused 401 'Invalid or expired token'
  call 401 GET '/api/webhooks/zapier/leads?org_id=o&user_id=u'; refused 401 'invalid_token'
done
KEY=$right

echo '--- organization'
call 200 GET /v1/organization; has '"id":"org_' '"timeZone":"Australia/' '"currency":"AUD"' '"weekStart":"Monday"'
call 200 GET /v1/organization/availability; has '"days":['
call 200 GET /v1/organization/services; has '"categories":[' '"totalCategories":' '"totalServices":' '"followUpQuestions":['
call 200 GET /v1/organization/products; has '"categories":[' '"totalCategories":' '"totalProducts":' '"price":'
pages /v1/members members email 4
pages /v1/organization/members members email 4
call 200 GET /v1/members; MEMBER=$(text id); has '"id":"usr_'
pages "/v1/companies/$COMPANY/notes" notes value 1
call 404 GET /v1/companies/cmp_nobody/notes; refused 404 'Not found'

echo '--- leads'
pages /v1/leads leads firstName 5
call 201 POST /v1/leads '{"firstName":"Avery","email":"walk@example.com","phone":"+61255501299"}'
has '"lead":{' '"status":"active"' '"socials":{}'
LEAD=$(text id)
call 409 POST /v1/leads '{"firstName":"Other","email":"walk@example.com"}'; refused 409 'Conflict'
call 400 POST /v1/leads '{"suburb":"Fernvale"}'
call 200 PUT "/v1/leads/$LEAD" '{"suburb":"Fernvale"}'; has '"suburb":"Fernvale"' '"email":"walk@example.com"'
call 200 GET "/v1/leads/$LEAD"; has '"defaultLeadAddress":null' '"tags":[]' '"lastInquiry":null'
call 404 GET /v1/leads/ld_nobody; refused 404 'Not found'

echo '--- what happens with a lead'
call 200 POST /v1/sms "{\"userId\":\"$MEMBER\",\"leadId\":\"$LEAD\",\"message\":\"On our way\"}"; has '"message":"'
call 200 GET "/v1/inquiries?leadId=$LEAD&source=SMS"; has '"totalCount":1' '"isFirstInquiry":true'
INQUIRY=$(text id)
call 200 GET "/v1/inquiries/$INQUIRY"; has '"source":"SMS"' '"data":{' '"text":"On our way"'; lacks sourceId
THREAD=$(number messageThreadId)
call 200 POST /v1/sms "{\"userId\":\"$MEMBER\",\"leadId\":\"$LEAD\",\"message\":\"Nearly\",\"messageThreadId\":$THREAD}"
call 200 GET "/v1/inquiries?leadId=$LEAD"; has '"totalCount":1'
call 200 POST /v1/calls '{"name":"Avery","phoneNumber":"+61255501299"}'; has '"message":"'
call 200 GET "/v1/inquiries?leadId=$LEAD&source=CALL"; has '"totalCount":1' '"isFirstInquiry":false'
call 400 POST /v1/calls '{"name":"Avery","phoneNumber":"+61255501299","mode":"transfer_only"}'
pages "/v1/leads/$LEAD/activities" activities event 4
pages "/v1/leads/$LEAD/notes" notes value 2

echo '--- inquiries and appointments'
pages /v1/inquiries inquiries sourceId 16
for source in CALL EMAIL CHATBOT SMS WEBFORM; do
  call 200 GET "/v1/inquiries?source=$source&limit=1"; has "\"source\":\"$source\""; id=$(text id)
  call 200 GET "/v1/inquiries/$id"; has "\"source\":\"$source\"" '"data":{' '"keyPoints":['
done
call 200 GET '/v1/inquiries?limit=2'; lacks externalInquiryId; lacks '"lead":'
call 200 GET '/v1/inquiries?limit=2&expand=external'; has '"externalInquiryId":'; lacks '"lead":'
call 200 GET '/v1/inquiries?limit=2&expand=lead'; has '"lead":{'; lacks externalInquiryId
call 200 GET '/v1/inquiries?limit=2&expand=both'; has '"lead":{' '"externalInquiryId":'
pages /v1/appointments appointments serialId 3
call 200 GET '/v1/appointments?limit=1'; visited=$(text leadId)
call 200 GET "/v1/appointments?leadId=$visited"; has "\"leadId\":\"$visited\""
call 200 GET "/v1/appointments?leadId=$LEAD"; has '"totalCount":0'

echo '--- what the assistant knows'
pages /v1/faqs faqs question 5
pages /v1/policies policies title 4
pages /v1/scenarios scenarios prompt 2
pages /v1/transfers transfers label 2
lives faqs faq '{"question":"Sundays?","answer":"In an emergency."}' answer 'Never.'
lives policies policy '{"title":"No dogs","content":"None at all."}' title 'No cats'
lives scenarios scenario '{"name":"Flood","prompt":"Water","response":"Turn it off"}' prompt 'Much water'
transfer='{"label":"Walk","method":"WARM","destinationType":"DEPARTMENT","destination":"dep_sales_01","conditions":"Asks"}'
lives transfers transfer "$transfer" conditions 'Asks twice'
call 201 POST /v1/scenarios '{"name":"Twice","prompt":"p","response":"r"}'; id=$(number id)
call 200 GET "/v1/scenarios/$id"; has '"scenario":{' '"name":"Twice"'
call 409 POST /v1/scenarios '{"name":"Twice","prompt":"p","response":"r"}'; refused 409 'Conflict'
call 201 POST /v1/transfers "$transfer"; id=$(number id)
call 200 GET "/v1/transfers/$id"; has '"transfer":{' '"settings":{"ignore_business_hours":'
call 409 POST /v1/transfers "$transfer"; refused 409 'Conflict'
call 400 POST /v1/transfers '{"label":"x"}'; refused 400 'Bad request'

echo '--- zapier'
asked='org_id=org_1234&user_id=usr_1234'
for kind in leads inquiries appointments; do
  call 200 GET "/api/webhooks/zapier/$kind?$asked"; [[ $BODY == '['* ]] || fail 'not a bare array'; has '"originalId":"'
  [ "$(times '"originalId"')" = 5 ] || fail 'not five'
done
call 400 GET /api/webhooks/zapier/leads
call 201 POST "/api/webhooks/zapier/subscribe?$asked" '{"hookUrl":"http://127.0.0.1:9/hook","trigger":"LEAD_UPDATED"}'
id=$(number id)
call 200 DELETE "/api/webhooks/zapier/unsubscribe?$asked" "{\"hookId\":$id}"; has '{"success":true}'

echo '--- the end of a lead'
call 200 DELETE "/v1/leads/$LEAD"; has '"message":"Lead deleted successfully"'
call 404 DELETE "/v1/leads/$LEAD"; refused 404 'Not found'
call 200 GET "/v1/inquiries?leadId=$LEAD"; has '"totalCount":0'
call 404 GET "/v1/inquiries/$INQUIRY"
call 404 GET "/v1/leads/$LEAD/activities"

echo 'all as it should be'
