import { and, eq, getTableColumns, lt, sql } from "drizzle-orm";
import { db, statement, statements } from "../drizzle/statement.ts";
import { deletedSubjects, users } from "../schema/users.ts";

const theUser = eq(users.id, sql.placeholder("userId"));

export const get = statement(() => db.select().from(users).where(theUser));

export const rename = statements(({ isVersioned }: { isVersioned: boolean }) => {
  const returned = getTableColumns(users);
  const query = db
    .update(users)
    .set({
      displayName: sql`${sql.placeholder("displayName")}::text`,
      version: sql`${users.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(and(theUser, isVersioned ? eq(users.version, sql.placeholder("expectedVersion")) : undefined))
    .returning(returned);
  return { query, returned };
});

export const purgeSubjects = statement(() => {
  const returned = { subjectHash: deletedSubjects.subjectHash };
  const query = db
    .delete(deletedSubjects)
    .where(lt(deletedSubjects.expiresAt, sql`now()`))
    .returning(returned);
  return { query, returned };
});
