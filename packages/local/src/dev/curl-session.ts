/**
 * The main job as commands for a shell with curl and sed. The confirmation code comes from the local user pool's
 * mailbox, so that the whole text can be pasted at once.
 * @param url of the API
 * @param cognitoEndpoint of the local user pool
 */
export function curlSession(url: string, cognitoEndpoint: string): string {
  return `API=${url} EMAIL=ada-$RANDOM@example.com PASSWORD=Correct-Horse-7
JSON='content-type: application/json'
curl -sS -w '\\n' $API/v1/auth/register -H "$JSON" -d "{\\"email\\":\\"$EMAIL\\",\\"password\\":\\"$PASSWORD\\"}"
CODE=$(curl -sS "${cognitoEndpoint}/_mailbox?email=$EMAIL" | sed 's/.*"code":"\\([0-9]*\\)".*/\\1/')
curl -sS $API/v1/auth/confirm -H "$JSON" -d "{\\"email\\":\\"$EMAIL\\",\\"code\\":\\"$CODE\\"}"
TOKEN=$(curl -sS $API/v1/auth/login -H "$JSON" -d "{\\"email\\":\\"$EMAIL\\",\\"password\\":\\"$PASSWORD\\"}" | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')
STARTED=$(curl -sS $API/v1/conversations -H "$JSON" -H "authorization: Bearer $TOKEN" -d '{"message":{"content":"Hello, who are you?"}}')
CONVERSATION=$(printf %s "$STARTED" | sed 's/.*"conversationId":"\\([a-z0-9]*\\)".*/\\1/')
REPLY=$(printf %s "$STARTED" | sed 's/.*"activeReplyId":"\\([a-z0-9]*\\)".*/\\1/')
until curl -sS "$API/v1/replies/$REPLY?waitSeconds=20" -H "authorization: Bearer $TOKEN" | grep -E '"status":"(completed|incomplete|failed|cancelled)"'; do sleep 1; done
curl -sS -w '\\n' $API/v1/conversations/$CONVERSATION/messages -H "authorization: Bearer $TOKEN"`;
}
