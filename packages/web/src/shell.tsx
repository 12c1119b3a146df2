import { useEffect, useMemo } from "preact/hooks";
import { ChatPage } from "./chat/chat-page.tsx";
import { isSearching, SearchDialog } from "./sidebar/search-dialog.tsx";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { isDrawerOpen } from "./ui/drawer.tsx";
import { addresses, go, place } from "./ui/router.ts";
import { ToastArea } from "./ui/toast.tsx";
import { createWorkspace, WorkspaceContext } from "./workspace.ts";

export function Shell() {
  const workspace = useMemo(createWorkspace, []);
  useEffect(() => () => workspace.close(), []);
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
  const current = place.value;
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
          <ChatPage key={current.conversationId ?? "new"} conversationId={current.conversationId} />
        </div>
        <SearchDialog />
        <ToastArea />
      </div>
    </WorkspaceContext.Provider>
  );
}
