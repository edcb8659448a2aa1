-- What Quarto and pandoc do not do by themselves, done the same way under both engines:
-- labels in the report's language, boxes, captions inside tables, header scopes, scroll regions.
-- Under Quarto it runs at `pre-render`, when references are resolved and floats are still whole;
-- under the embedded engine it runs after `embedded.lua`, which stands in for Quarto's own part.

local HTML = FORMAT:match("html") ~= nil
local TYPST = FORMAT:match("typst") ~= nil

local LABELS = {
  sv = {
    ["label-about-data"] = "Om uppgifterna",
    ["label-author"] = "Författare",
    ["label-contents"] = "Innehåll",
    ["label-date"] = "Datum",
    ["label-diary"] = "Diarienummer",
    ["label-digest"] = "Kontrollsumma",
    ["label-skip"] = "Hoppa till innehållet",
    ["label-synthetic"] = "Påhittade uppgifter",
    ["label-version"] = "Version",
  },
  en = {
    ["label-about-data"] = "About the data",
    ["label-author"] = "Author",
    ["label-contents"] = "Contents",
    ["label-date"] = "Date",
    ["label-diary"] = "Registration number",
    ["label-digest"] = "Checksum",
    ["label-skip"] = "Skip to the content",
    ["label-synthetic"] = "Synthetic data",
    ["label-version"] = "Version",
  },
}

local FLOATS = {
  sv = { fig = "Figur", tbl = "Tabell" },
  en = { fig = "Figure", tbl = "Table" },
}

local CALLOUTS = {
  sv = { note = "Notera", tip = "Tips", warning = "Varning", important = "Viktigt", caution = "Försiktigt" },
  en = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" },
}

local BOX_KINDS = { "kan-saga", "kan-inte-saga", "svar", "varning" }
local CALLOUT_BOXES = { warning = "varning", important = "varning", caution = "varning" }
local FACTS = { "author", "date-text", "diary-number", "report-version" }

local language = "sv"

local function text(value)
  return value and pandoc.utils.stringify(value) or ""
end

local function read_meta(meta)
  language = text(meta.lang):sub(1, 2) == "en" and "en" or "sv"
  for key, label in pairs(LABELS[language]) do
    meta[key] = meta[key] or pandoc.MetaInlines({ pandoc.Str(label) })
  end
  for _, key in ipairs(FACTS) do
    if meta[key] ~= nil and text(meta[key]) ~= "" then meta["has-facts"] = true end
  end
  return meta
end

-- Boxes ------------------------------------------------------------------------------------

local function typst_box(kind, blocks)
  local out = pandoc.Blocks({ pandoc.RawBlock("typst", '#ruta("' .. kind .. '")[') })
  out:extend(blocks)
  out:insert(pandoc.RawBlock("typst", "]"))
  return out
end

local function box_kind(classes)
  for _, kind in ipairs(BOX_KINDS) do
    if classes:includes(kind) then return kind end
  end
  return "ruta"
end

local function box(div)
  if not div.classes:includes("ruta") then return nil end
  if TYPST then return typst_box(box_kind(div.classes), div.content) end
  if HTML and not div.attributes.role then
    div.attributes.role = "note"
    return div
  end
end

local function callout_box(kind, title, blocks)
  if text(title) == "" then title = pandoc.Inlines({ pandoc.Str(CALLOUTS[language][kind] or CALLOUTS[language].note) }) end
  local content = pandoc.Blocks({ pandoc.Para({ pandoc.Strong(title) }) })
  content:extend(blocks)
  local look = CALLOUT_BOXES[kind] or "svar"
  if TYPST then return typst_box(look, content) end
  return pandoc.Div(content, pandoc.Attr("", { "ruta", look }, { { "role", "note" }, { "aria-label", text(title) } }))
end

-- A callout as plain pandoc sees it; Quarto has made its own node of it before this filter runs.
local function callout_div(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind then
      local title = pandoc.Inlines(div.attributes.title or {})
      local blocks = div.content
      if #title == 0 and blocks[1] and blocks[1].t == "Header" then
        title = blocks[1].content
        blocks:remove(1)
      end
      return callout_box(kind, title, blocks)
    end
  end
end

local function quarto_callout(callout)
  return callout_box(callout.type, pandoc.Inlines(quarto.utils.as_inlines(callout.title) or {}),
    quarto.utils.as_blocks(callout.content))
end

-- Floats in HTML ---------------------------------------------------------------------------

-- `evalkit-float` is a figure or table with its number: the first block is the caption.
local function float_div(kind, number, identifier, caption, content)
  local label = FLOATS[language][kind] .. "\u{a0}" .. number .. ":"
  local inlines = pandoc.Inlines({ pandoc.Span({ pandoc.Str(label) }, pandoc.Attr("", { "etikett" })), pandoc.Space() })
  inlines:extend(caption)
  local blocks = pandoc.Blocks({ pandoc.Plain(inlines) })
  blocks:extend(content)
  return pandoc.Div(blocks, pandoc.Attr(identifier, { "evalkit-float", "evalkit-" .. kind }))
end

local function quarto_float(float)
  local kind = (float.identifier or ""):match("^(%a+)%-")
  local number = type(float.order) == "table" and float.order.order
  if not HTML or not (FLOATS.sv[kind] and number) then return nil end
  local content = quarto.utils.as_blocks(float.content)
  if kind == "fig" then
    local alt = (float.attributes or {})["fig-alt"]
    content = content:walk({ Image = function(image)
      image.attributes["fig-alt"] = image.attributes["fig-alt"] or alt
      return image
    end })
  end
  return float_div(kind, number, float.identifier, quarto.utils.as_inlines(float.caption_long), content)
end

local function described_image(image)
  local alt = image.attributes["fig-alt"] or image.attributes["alt"]
  if not alt then return nil end
  image.attributes["fig-alt"] = nil
  image.attributes["alt"] = nil
  image.caption = pandoc.Inlines({ pandoc.Str(alt) })
  return image
end

local function first(blocks, kind)
  local found
  blocks:walk({ [kind] = function(element) found = found or element end })
  return found
end

local function html_figure(div, caption)
  local image = first(div.content, "Image")
  if not image then return nil end
  return {
    pandoc.RawBlock("html", '<figure class="figur" id="' .. div.identifier .. '">'),
    pandoc.Plain({ described_image(image) or image }),
    pandoc.RawBlock("html", "<figcaption>"),
    pandoc.Plain(caption),
    pandoc.RawBlock("html", "</figcaption>\n</figure>"),
  }
end

local function scope_header(rows)
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      cell.attr = pandoc.Attr(cell.identifier, cell.classes, { { "scope", "col" } })
    end
  end
end

local function scope_row_heads(body)
  body.row_head_columns = 1
  for _, row in ipairs(body.body) do
    local cell = row.cells[1]
    cell.attr = pandoc.Attr(cell.identifier, cell.classes, { { "scope", "row" } })
  end
end

local function scoped_table(tbl)
  scope_header(tbl.head.rows)
  if #tbl.colspecs < 2 then return tbl end
  for _, body in ipairs(tbl.bodies) do scope_row_heads(body) end
  return tbl
end

-- The region takes the caption as its name and can be scrolled from the keyboard.
local function region(tbl, name)
  return pandoc.Div({ tbl }, pandoc.Attr("", { "tabell" }, { { "role", "region" }, { "aria-label", name }, { "tabindex", "0" } }))
end

local function html_table(div, caption)
  local tbl = first(div.content, "Table")
  if not tbl then return nil end
  tbl.identifier = div.identifier
  tbl.caption.long = { pandoc.Plain({ pandoc.Span(caption, pandoc.Attr("", { "bildtext" })) }) }
  return region(scoped_table(tbl), text(caption))
end

local function html_float(div)
  if not div.classes:includes("evalkit-float") then return nil end
  local caption = div.content:remove(1).content
  local render = div.classes:includes("evalkit-tbl") and html_table or html_figure
  local out = render(div, caption)
  if out then return out, false end
end

local function bare_table(tbl)
  return region(scoped_table(tbl), FLOATS[language].tbl), false
end

-- Small things -----------------------------------------------------------------------------

-- How much room a column wants: that of its longest word, and beyond it the root of its longest
-- text, so that a definition gets more than a number but not everything.
local function wants(tbl, column)
  local longest, word = 1, 1
  local function measure(rows)
    for _, row in ipairs(rows) do
      local cell = row.cells[column]
      local content = cell and pandoc.utils.stringify(cell.contents) or ""
      longest = math.max(longest, utf8.len(content) or 1)
      for part in content:gmatch("%S+") do word = math.max(word, utf8.len(part) or 1) end
    end
  end
  measure(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do measure(body.body) end
  return longest, math.max(2.8 * math.sqrt(longest), word + 2), word + 2
end

local WRAPS = 40
local LINE = 92 -- letters of a table's width on A4, with the air between columns left out

-- The share of each column. None is narrower than its longest word, which would run into the next
-- column; those with room to spare give it.
local function shares(sizes, words)
  local floors, spare, total = 0, 0, 0
  for i, word in ipairs(words) do
    floors = floors + word / LINE
    spare = spare + sizes[i] - word
    total = total + sizes[i]
  end
  local out = {}
  for i, word in ipairs(words) do
    if floors < 1 and spare > 0 and total > LINE then
      out[i] = word / LINE + (1 - floors) * (sizes[i] - word) / spare
    else
      out[i] = sizes[i] / total
    end
  end
  return out
end

-- A long line in a pipe table makes pandoc fix every column's width. The browser shares the room
-- better itself; Typst gives every column that must wrap the same share, so it is told.
local function free_columns(tbl)
  local sizes, words, longest = {}, {}, 0
  for i, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[i] = { spec[1], nil }
    local length
    length, sizes[i], words[i] = wants(tbl, i)
    longest = math.max(longest, length)
  end
  if TYPST and longest > WRAPS then
    for i, share in ipairs(shares(sizes, words)) do tbl.colspecs[i] = { tbl.colspecs[i][1], share } end
  end
  return tbl
end

-- Colours of highlighted code fail on contrast, and a report shows hardly any code.
local function plain_code(block)
  block.classes = {}
  if HTML then block.attributes = { tabindex = "0" } end
  return block
end

local function typst_string(value)
  return '"' .. value:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", " ") .. '"'
end

-- `[$x$]{alt="…"}`: a formula is read out in words.
local function spoken_math(span)
  local words = span.attributes.alt
  if not words then return nil end
  if HTML then return pandoc.Span(span.content, pandoc.Attr("", {}, { { "role", "math" }, { "aria-label", words } })) end
  if not TYPST then return nil end
  return span:walk({ Math = function(math)
    local code = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), "typst"):gsub("%s+$", "")
    return pandoc.RawInline("typst", "#math.equation(alt: " .. typst_string(words)
      .. ", block: " .. tostring(math.mathtype == "DisplayMath") .. ", " .. code .. ".body)")
  end }).content
end

local function span(element)
  if TYPST and element.classes:includes("nowrap") then
    local out = pandoc.Inlines({ pandoc.RawInline("typst", "#box[") })
    out:extend(element.content)
    out:insert(pandoc.RawInline("typst", "]"))
    return out
  end
  return spoken_math(element)
end

-- Quarto wraps what a cell printed; inside a div a heading would miss the table of contents.
local function unwrapped_cell(div)
  for _, class in ipairs({ "cell", "cell-output", "cell-output-display" }) do
    if div.classes:includes(class) then return div.content end
  end
end

local filters = { { Meta = read_meta }, { Table = free_columns, CodeBlock = plain_code } }
if quarto then
  table.insert(filters, { Callout = quarto_callout, FloatRefTarget = quarto_float })
  table.insert(filters, { Div = unwrapped_cell })
end
table.insert(filters, { Div = callout_div, Span = span })
table.insert(filters, { Div = box })
if HTML then
  table.insert(filters, { traverse = "topdown", Div = html_float, Table = bare_table })
  table.insert(filters, { Image = described_image })
end
return filters
