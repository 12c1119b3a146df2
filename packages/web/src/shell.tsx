import { useEffect, useMemo } from "preact/hooks";
import { ChatPage } from "./chat/chat-page.tsx";
import { Markdown } from "./markdown/lazy-markdown.ts";
import { isSearching, SearchDialog } from "./sidebar/searching.ts";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { isDrawerOpen } from "./ui/drawer.tsx";
import { lazy } from "./ui/lazy.tsx";
import { addresses, go, place } from "./ui/router.ts";
import { ToastArea } from "./ui/toast.tsx";
import { WaitingPage } from "./ui/waiting-page.tsx";
import { createWorkspace, WorkspaceContext } from "./workspace.ts";

const OtherPage = lazy(async () => (await import("./pages/other-page.tsx")).OtherPage, WaitingPage);

/** After the first view, which must not wait for what is needed later. */
const preparationMillis = 1_000;

export function Shell() {
  const workspace = useMemo(createWorkspace, []);
  useEffect(() => () => workspace.close(), []);
  useEffect(() => {
    const prepare = () => void Promise.allSettled([Markdown.prepare(), SearchDialog.prepare()]);
    const timer = setTimeout(prepare, preparationMillis);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    isDrawerOpen.value = false;
  }, [place.value]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") isDrawerOpen.value = false;
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        isSearching.value = true;
      }
      if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "o") {
        event.preventDefault();
        go(addresses.newChat);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <WorkspaceContext.Provider value={workspace}>
      <div class={isDrawerOpen.value ? "shell shell-open" : "shell"}>
        <Sidebar />
        <button
          type="button"
          class="scrim"
          aria-label="Close the list of conversations"
          tabIndex={isDrawerOpen.value ? 0 : -1}
          onClick={() => {
            isDrawerOpen.value = false;
          }}
        />
        <div class="page">
          <CurrentPage />
        </div>
        {isSearching.value && <SearchDialog />}
        <ToastArea />
      </div>
    </WorkspaceContext.Provider>
  );
}

function CurrentPage() {
  const { page, conversationId } = place.value;
  if (page !== "") return <OtherPage />;
  return <ChatPage key={conversationId ?? "new"} conversationId={conversationId} />;
}
