import * as z from "zod/mini";

/** Texts to embed: ids only, never text. */
export const embeddingJobSchema = z.strictObject({
  kind: z.enum(["message", "note"]),
  items: z
    .array(
      z.strictObject({ ownerId: z.string().check(z.minLength(1)), id: z.string().check(z.minLength(1)) }),
    )
    .check(z.minLength(1), z.maxLength(100)),
});

export type EmbeddingJob = z.infer<typeof embeddingJobSchema>;

/**
 * A job from a queue message's body.
 * @throws Error when it is not a job
 */
export function parseEmbeddingJob(body: string): EmbeddingJob {
  return embeddingJobSchema.parse(JSON.parse(body));
}
