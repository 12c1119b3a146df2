/**
 * The main job as commands for any POSIX shell with curl and `grep -o`. The confirmation code comes from the mailbox of
 * the local user pool, so that the whole text can be pasted at once.
 * @param url of the API
 * @param cognitoEndpoint of the local user pool
 */
export function curlSession(url: string, cognitoEndpoint: string): string {
  return `API=${url} EMAIL=ada-$(date +%s)@example.com PASSWORD=Correct-Horse-7
JSON='content-type: application/json'
field() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | head -1 | cut -d'"' -f4; }
curl -sS -w '\\n' $API/v1/auth/register -H "$JSON" -d '{"email":"'$EMAIL'","password":"'$PASSWORD'"}'
CODE=$(curl -sS "${cognitoEndpoint}/_mailbox?email=$EMAIL" | field code)
curl -sS $API/v1/auth/confirm -H "$JSON" -d '{"email":"'$EMAIL'","code":"'$CODE'"}'
TOKEN=$(curl -sS $API/v1/auth/login -H "$JSON" -d '{"email":"'$EMAIL'","password":"'$PASSWORD'"}' | field accessToken)
AUTH="authorization: Bearer $TOKEN"
STARTED=$(curl -sS $API/v1/conversations -H "$JSON" -H "$AUTH" -d '{"message":{"content":"Hello, who are you?"}}')
REPLY=$(printf %s "$STARTED" | field activeReplyId)
CONVERSATION=$(printf %s "$STARTED" | field conversationId)
curl -sS -w '\\n' "$API/v1/replies/$REPLY?waitSeconds=20" -H "$AUTH"
curl -sS -w '\\n' $API/v1/conversations/$CONVERSATION/messages -H "$AUTH"`;
}
