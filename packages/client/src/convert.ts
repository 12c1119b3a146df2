export { convertChatGpt } from "./convert/chatgpt.ts";
export { ConversionError, type ConversionFault } from "./convert/conversion-error.ts";
export type { Converted, ConvertedConversation, ConvertedMessage } from "./convert/converted.ts";
export { convertOpenWebUi } from "./convert/open-webui.ts";
