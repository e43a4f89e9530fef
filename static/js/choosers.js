// Names the boxes by which the desk's theme replaces a select: a screen reader hears the field's label before what is chosen.

const nameBox = (box) => {
  const select = box.closest(".select2").previousElementSibling;
  const label = select?.labels?.[0];
  if (!label) return;
  label.id ||= `${select.id}-label`;
  const chosen = box.querySelector(".select2-selection__rendered");
  chosen.setAttribute("aria-labelledby", label.id);
  box.setAttribute("aria-labelledby", [label.id, chosen.id].filter(Boolean).join(" "));
};

// They come some time after the page, and with every row that is added to it.
new MutationObserver(() => document.querySelectorAll(".select2-selection").forEach(nameBox)).observe(document, {
  childList: true, subtree: true,
});
