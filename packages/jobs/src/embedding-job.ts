import * as z from "zod";

/** Texts to embed: ids only, never text. */
export const embeddingJobSchema = z.strictObject({
  kind: z.enum(["message", "note"]),
  items: z
    .array(z.strictObject({ ownerId: z.string().min(1), id: z.string().min(1) }))
    .min(1)
    .max(100),
});

export type EmbeddingJob = z.infer<typeof embeddingJobSchema>;

/**
 * A job from a queue message's body.
 * @throws Error when it is not a job
 */
export function parseEmbeddingJob(body: string): EmbeddingJob {
  return embeddingJobSchema.parse(JSON.parse(body));
}
