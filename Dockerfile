# The local stack in a container. On AWS nothing runs in one.
FROM node:24-slim
WORKDIR /parley
# A volume takes over the owner of the folder that it is mounted on.
RUN mkdir .parley && chown -R node:node /parley
USER node
# What decides the dependencies: an edit of the source does not fetch them again.
COPY --chown=node:node pnpm-lock.yaml pnpm-workspace.yaml ./
COPY --chown=node:node patches patches
RUN npx -y pnpm@12 fetch
COPY --chown=node:node . .
RUN npx -y pnpm@12 install --offline --frozen-lockfile
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/parley/.parley
# The API, and push.
EXPOSE 3000 3001
CMD ["node", "--max-semi-space-size=8", "scripts/dev.ts"]
