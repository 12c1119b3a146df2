"""Serves the templates of `pnpm sam:local` by SAM's own code, with Node in place of its containers.

    pip install aws-sam-cli      # or PYTHONPATH=<a checkout of github.com/aws/aws-sam-cli>
    python tests/sam/serve_without_docker.py cdk.out/sam/Parley-dev-Api.sam.json

Routes, authorizer, events, answers and each function's environment are SAM's; what a container would do is the bundle's
handler in a process of its own. Exit code 1 where a request is not answered as it should be.
"""

import json
import subprocess
import sys
from pathlib import Path

from samcli.commands.local.lib.local_lambda import LocalLambdaRunner
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider
from samcli.local.apigw.local_apigw_service import LocalApigwService

NODE = Path(__file__).parents[2] / "node_modules/.bin/node"
INVOKE = """
  const { handler } = await import(process.argv[1]);
  const context = { awsRequestId: "sam", functionName: "sam", getRemainingTimeInMillis: () => 30_000 };
  const answer = await handler(JSON.parse(process.argv[2]), context);
  process.stdout.write("\\n@@" + JSON.stringify(answer), () => process.exit(0));
"""
JSON_BODY = {"Content-Type": "application/json"}
REQUESTS = [
    ("GET", "/health", {}, 200),
    ("GET", "/", {}, 200),
    ("GET", "/v1/config", {}, 200),
    ("GET", "/v1/me", {}, 401),
    ("GET", "/v1/me", {"Authorization": "Bearer nonsense"}, 401),
    ("POST", "/v1/auth/login", JSON_BODY, 400),
    ("GET", "/nowhere", {}, 404),
]


class NodeRunner(LocalLambdaRunner):
    def invoke(self, function_identifier, event, tenant_id=None, stdout=None, stderr=None, **_):
        config = self.get_invoke_config(self.provider.get(function_identifier))
        environment = {name: str(value) for name, value in config.env_vars.resolve().items()}
        assert environment["AWS_REGION"], "SAM's region is overridden"
        bundle = Path(config.code_abs_path) / "index.mjs"
        words = [NODE, "--input-type=module", "--eval", INVOKE, bundle, event]
        ended = subprocess.run(words, text=True, capture_output=True, env=environment, check=False)
        _, _, answer = ended.stdout.partition("\n@@")
        stdout.write_str(answer or ended.stderr)


def main(template: str) -> int:
    folder = Path(template).resolve().parent
    stacks, _ = SamLocalStackProvider.get_stacks(template)
    environments = json.loads((folder / "sam-environment.json").read_text())
    provider = SamFunctionProvider(stacks)
    runner = NodeRunner(None, provider, str(folder), str(folder), env_vars_values=environments)
    service = LocalApigwService(
        ApiProvider(stacks).api, runner, static_dir=None, port=3010, host="127.0.0.1", stderr=None
    )
    service.create()
    client = service._app.test_client()
    wrong = 0
    for method, path, headers, expected in REQUESTS:
        body = "{}" if method == "POST" else None
        status = client.open(path, method=method, headers=headers, data=body).status_code
        wrong += status != expected
        print(f"{'ok' if status == expected else 'FAILED':7}{method} {path}: {status}")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say which template: cdk.out/sam/Parley-dev-Api.sam.json")
    sys.exit(main(sys.argv[1]))
