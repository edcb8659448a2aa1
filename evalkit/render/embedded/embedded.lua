-- Stands in for the part of Quarto that the reports use: conditional content, numbered headings,
-- numbered floats and references to them. Runs before the shared filter. What it cannot do the
-- engine has already refused, with file and line, so nothing here has to guess.

local HTML = FORMAT:match("html") ~= nil
local TYPST = FORMAT:match("typst") ~= nil

local NAMES = {
  sv = { fig = "Figur", tbl = "Tabell", sec = "Avsnitt" },
  en = { fig = "Figure", tbl = "Table", sec = "Section" },
}

local names = NAMES.sv
local depth = 3
local numbers = {}
local counts = { fig = 0, tbl = 0 }

local function read_meta(meta)
  if meta.lang then names = NAMES[pandoc.utils.stringify(meta.lang):sub(1, 2)] or NAMES.sv end
  if meta["number-depth"] then depth = tonumber(pandoc.utils.stringify(meta["number-depth"])) end
end

local function is_format(name)
  return (name == "html" and HTML) or (name == "typst" and TYPST)
end

-- Whether a conditional element is shown; nil when it has no condition.
local function shown(element)
  local visible = element.classes:includes("content-visible")
  if not visible and not element.classes:includes("content-hidden") then return nil end
  local wanted, unwanted = element.attributes["when-format"], element.attributes["unless-format"]
  local holds = (not wanted or is_format(wanted)) and (not unwanted or not is_format(unwanted))
  return holds == visible
end

local function conditional(element)
  local show = shown(element)
  if show == nil then return nil end
  return show and element.content or {}
end

local function number_headings(doc)
  local level_counts = { 0, 0, 0, 0, 0, 0 }
  return doc:walk({ Header = function(header)
    if header.classes:includes("unnumbered") then return nil end
    local level = header.level
    for deeper = level + 1, 6 do level_counts[deeper] = 0 end
    level_counts[level] = level_counts[level] + 1
    local number = table.concat(level_counts, ".", 1, level)
    if header.identifier:match("^sec%-") then numbers[header.identifier] = number end
    if level > depth then
      if TYPST then header.classes:insert("unnumbered") end
      return header
    end
    if HTML then
      header.attributes.number = number
      header.content:insert(1, pandoc.Space())
      header.content:insert(1, pandoc.Span({ pandoc.Str(number) }, pandoc.Attr("", { "header-section-number" })))
    end
    return header
  end })
end

local function caption_of(element)
  return pandoc.utils.blocks_to_inlines(element.caption.long)
end

local function typst_string(value)
  return '"' .. value:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", " ") .. '"'
end

local function typst_image(image)
  local source = image.src:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  local arguments = { typst_string("/" .. source), "alt: " .. typst_string(image.attributes["fig-alt"]) }
  if image.attributes.width then table.insert(arguments, "width: " .. image.attributes.width) end
  return pandoc.RawInline("typst", "#box(image(" .. table.concat(arguments, ", ") .. "))")
end

-- The call that Quarto writes too, so that the shared template styles either.
local function typst_float(kind, identifier, caption, content)
  local position = kind == "tbl" and "top" or "bottom"
  local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#figure([") })
  blocks:extend(content)
  blocks:insert(pandoc.RawBlock("typst", "], caption: figure.caption(position: " .. position .. ", ["))
  blocks:insert(pandoc.Plain(caption))
  blocks:insert(pandoc.RawBlock("typst", "]), kind: \"quarto-float-" .. kind .. "\", supplement: \""
    .. names[kind] .. "\")\n<" .. identifier .. ">"))
  return blocks
end

local function html_float(kind, identifier, caption, content)
  local label = names[kind] .. "\u{a0}" .. counts[kind] .. ":"
  local inlines = pandoc.Inlines({ pandoc.Span({ pandoc.Str(label) }, pandoc.Attr("", { "etikett" })), pandoc.Space() })
  inlines:extend(caption)
  local blocks = pandoc.Blocks({ pandoc.Plain(inlines) })
  blocks:extend(content)
  return pandoc.Div(blocks, pandoc.Attr(identifier, { "evalkit-float", "evalkit-" .. kind }))
end

local function float(kind, identifier, caption, content)
  counts[kind] = counts[kind] + 1
  numbers[identifier] = tostring(counts[kind])
  local render = TYPST and typst_float or html_float
  return render(kind, identifier, caption, content), false
end

local function figure(element)
  if not element.identifier:match("^fig%-") then return nil end
  return float("fig", element.identifier, caption_of(element), element.content)
end

local function tbl(element)
  local identifier = element.identifier
  if TYPST then element.classes:insert("typst:no-figure") end
  if not identifier:match("^tbl%-") then return element, false end
  local caption = caption_of(element)
  element.identifier = ""
  element.caption.long = {}
  return float("tbl", identifier, caption, pandoc.Blocks({ element }))
end

local function reference(id)
  local name = names[id:match("^(%a+)%-")]
  if TYPST then return pandoc.RawInline("typst", "#ref(<" .. id .. ">, supplement: [" .. name .. "])") end
  return pandoc.Link({ pandoc.Str(name .. "\u{a0}" .. (numbers[id] or "?")) }, "#" .. id, "", pandoc.Attr("", { "quarto-xref" }))
end

local function cite(element)
  local out = pandoc.Inlines({})
  for i, citation in ipairs(element.citations) do
    if i > 1 then out:extend({ pandoc.Str(","), pandoc.Space() }) end
    out:insert(reference(citation.id))
  end
  return out
end

local filters = {
  { Meta = read_meta },
  { Div = conditional, Span = conditional },
  { Pandoc = number_headings },
  { traverse = "topdown", Figure = figure, Table = tbl },
  { Cite = cite },
}
if TYPST then table.insert(filters, { Image = typst_image }) end
return filters
