# The local stack in a container. On AWS nothing runs in one.
FROM node:24-slim AS build
WORKDIR /parley
# What decides the dependencies: an edit of the source does not fetch them again.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
COPY patches patches
RUN npx -y pnpm@12 fetch --prod
COPY . .
# What runs, and nothing that builds, tests or deploys it; functions and console are bundled when it starts.
RUN npx -y pnpm@12 install --prod --offline --frozen-lockfile \
  --filter "parley..." --filter "@parley/functions..." --filter "@parley/web..."

FROM node:24-slim
WORKDIR /parley
# A volume takes over the owner of the folder that it is mounted on.
RUN mkdir .parley && chown -R node:node /parley
USER node
COPY --from=build --chown=node:node /parley .
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/parley/.parley
# The API, and push.
EXPOSE 3000 3001
CMD ["node", "--max-semi-space-size=8", "scripts/dev.ts"]
