import { useEffect, useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { type Model, useWorkspace } from "../workspace.ts";

export interface PriceNoteProps {
  conversationId: string | undefined;
  /** null: the deployment's default. */
  model: string | null;
  text: string;
}

interface Forecast {
  /** What it was made for. */
  text: string;
  tokens: number;
  fits: boolean;
}

/** After the last key. */
const settleMillis = 600;
/** Shorter messages fit every model. */
const longCharacters = 4_000;

/** What a conversation and its next message would come to; asked only where the list of models does not say it. */
function useForecast({ conversationId, text }: PriceNoteProps, model: Model | undefined) {
  const [forecast, setForecast] = useState<Forecast>();
  useEffect(() => {
    const isKnown = model?.price.kind === "flat" && text.length < longCharacters;
    if (conversationId === undefined || model === undefined || isKnown || text === "") return undefined;
    const aborted = new AbortController();
    const timer = setTimeout(() => {
      parley.conversations
        .estimate({ conversationId, content: text, model: model.id }, { signal: aborted.signal })
        .then(({ highestCharge, fits }) => setForecast({ text, tokens: highestCharge, fits }))
        .catch(() => {});
    }, settleMillis);
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [conversationId, model, text]);
  return forecast?.text === text ? forecast : undefined;
}

/** What sending would cost at most, and what stands in its way. */
export function PriceNote(props: PriceNoteProps) {
  const { models, available } = useWorkspace();
  const model = models.value.find(({ id, isDefault }) =>
    props.model === null ? isDefault : id === props.model,
  );
  const forecast = useForecast(props, model);
  if (props.text === "") return null;
  const flat = model?.price.kind === "flat" ? model.price.tokens : undefined;
  const tokens = forecast?.tokens ?? flat;
  if (forecast?.fits === false) return <span class="price price-over">Too long for the model</span>;
  if (tokens === undefined) return null;
  const isOver = available.value !== undefined && tokens > available.value;
  return (
    <span class={isOver ? "price price-over" : "price"}>
      {isOver ? "More than you have: " : "Up to "}
      {tokens.toLocaleString("en")} tokens
    </span>
  );
}
