# SPDX-License-Identifier: Apache-2.0
# The part of nixpkgs' lib that workflows use, for workflows without nixpkgs. Same names, same meaning.
let
  inherit (builtins) concatMap elem elemAt filter foldl' genList head isAttrs isFunction isList isString length
    listToAttrs match replaceStrings split stringLength substring;
in
rec {
  inherit (builtins) add all any attrNames attrValues catAttrs ceil compareVersions concatLists concatMap
    concatStringsSep deepSeq elem elemAt filter floor foldl' fromJSON functionArgs genList groupBy hasAttr head
    intersectAttrs isAttrs isBool isFloat isFunction isInt isList isString isPath length lessThan listToAttrs
    mapAttrs match partition removeAttrs replaceStrings seq sort split splitVersion stringLength substring tail
    toJSON trace tryEval typeOf;

  # functions and values
  id = x: x;
  const = x: _: x;
  flip = f: a: b: f b a;
  pipe = foldl' (x: f: f x);
  max = a: b: if a > b then a else b;
  min = a: b: if a < b then a else b;
  mod = a: b: a - b * (a / b);
  boolToString = b: if b then "true" else "false";
  toInt = text:
    let parsed = match "[ \t]*(-?)0*([0-9]+)[ \t]*" text; in
    if parsed == null then throw "toInt: '${text}' is not an integer"
    else builtins.fromJSON (elemAt parsed 0 + elemAt parsed 1);
  assertMsg = condition: message: if condition then true else throw message;
  assertOneOf = name: value: values: assertMsg (elem value values)
    "${name} must be one of ${concatMapStringsSep ", " toString values}, not ${toString value}";
  throwIf = condition: message: if condition then throw message else id;
  throwIfNot = condition: message: if condition then id else throw message;
  warn = message: value: builtins.trace "warning: ${message}" value;
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !(versionOlder a b);

  # lists
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  toList = x: if isList x then x else [ x ];
  singleton = x: [ x ];
  range = from: to: if from > to then [ ] else genList (n: from + n) (to - from + 1);
  count = predicate: list: length (filter predicate list);
  unique = foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
  flatten = x: if isList x then concatMap flatten x else [ x ];
  last = list: elemAt list (length list - 1);
  init = list: genList (elemAt list) (length list - 1);
  take = n: list: genList (elemAt list) (min n (length list));
  drop = n: list: let size = length list; in genList (i: elemAt list (n + i)) (max 0 (size - n));
  reverseList = list: let size = length list; in genList (i: elemAt list (size - i - 1)) size;
  imap0 = f: list: genList (i: f i (elemAt list i)) (length list);
  imap1 = f: imap0 (i: f (i + 1));
  forEach = list: f: map f list;
  remove = x: filter (y: y != x);
  subtractLists = gone: filter (x: !(elem x gone));
  intersectLists = a: filter (x: elem x a);
  findFirst = predicate: default: list:
    let found = filter predicate list; in if found == [ ] then default else head found;
  foldr = f: nul: list: foldl' (state: x: f x state) nul (reverseList list);
  foldl = foldl';
  zipListsWith = f: a: b: genList (i: f (elemAt a i) (elemAt b i)) (min (length a) (length b));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  replicate = n: x: genList (_: x) n;
  concatLines = concatMapStrings (line: line + "\n");

  # attribute sets
  optionalAttrs = condition: attrs: if condition then attrs else { };
  nameValuePair = name: value: { inherit name value; };
  mapAttrs' = f: attrs: listToAttrs (mapAttrsToList f attrs);
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (builtins.attrNames attrs);
  attrsToList = mapAttrsToList nameValuePair;
  concatMapAttrs = f: attrs: mergeAttrsList (mapAttrsToList f attrs);
  filterAttrs = predicate: attrs:
    removeAttrs attrs (filter (name: !(predicate name attrs.${name})) (builtins.attrNames attrs));
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mergeAttrsList = foldl' (a: b: a // b) { };
  attrByPath = path: default: attrs:
    if path == [ ] then attrs
    else if isAttrs attrs && attrs ? ${head path} then attrByPath (builtins.tail path) default attrs.${head path}
    else default;
  hasAttrByPath = path: attrs:
    path == [ ] || (isAttrs attrs && attrs ? ${head path} && hasAttrByPath (builtins.tail path) attrs.${head path});
  getAttrFromPath = path: foldl' (attrs: name: attrs.${name}) path;
  setAttrByPath = path: value: foldr (name: inner: { ${name} = inner; }) value path;
  recursiveUpdate = a: b:
    a // builtins.mapAttrs
      (name: value: if isAttrs value && isAttrs (a.${name} or null) then recursiveUpdate a.${name} value else value) b;
  cartesianProduct = sets:
    foldl' (entries: key: concatMap (entry: map (value: entry // { ${key} = value; }) sets.${key}) entries)
      [ { } ] (builtins.attrNames sets);
  cartesianProductOfSets = cartesianProduct;
  getAttrs = names: attrs: genAttrs names (name: attrs.${name});
  attrVals = names: attrs: map (name: attrs.${name}) names;
  isDerivation = value: isAttrs value && value.type or null == "derivation";
  getBin = drv: drv.bin or drv.out or drv;
  getExe = drv: "${getBin drv}/bin/${drv.meta.mainProgram or drv.pname or drv.name}";
  getExe' = drv: program: "${getBin drv}/bin/${program}";
  makeBinPath = concatMapStringsSep ":" (drv: "${getBin drv}/bin");

  # text
  optionalString = condition: text: if condition then text else "";
  concatStrings = builtins.concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep = separator: f: list: builtins.concatStringsSep separator (map f list);
  concatImapStringsSep = separator: f: list: builtins.concatStringsSep separator (imap1 f list);
  concatMapAttrsStringSep = separator: f: attrs: builtins.concatStringsSep separator (mapAttrsToList f attrs);
  intersperse = separator: list:
    if length list < 2 then list else builtins.tail (concatMap (x: [ separator x ]) list);
  stringToCharacters = text: genList (i: substring i 1 text) (stringLength text);
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix = suffix: text:
    let size = stringLength text; tailSize = stringLength suffix; in
    size >= tailSize && substring (size - tailSize) size text == suffix;
  hasInfix = infix: text: infix == "" || replaceStrings [ infix ] [ "" ] text != text;
  removePrefix = prefix: text:
    if hasPrefix prefix text then substring (stringLength prefix) (stringLength text) text else text;
  removeSuffix = suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  splitString = separator: text: filter isString (split (escapeRegex separator) text);
  escape = characters: replaceStrings characters (map (c: "\\" + c) characters);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg = value:
    let text = toString value; in
    if match "[[:alnum:],._+:@%/-]+" text != null then text else "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeNixString = text: escape [ "$" ] (builtins.toJSON text);
  toUpper = replaceStrings lowerChars upperChars;
  toLower = replaceStrings upperChars lowerChars;
  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  trim = text: let parsed = match "[ \t\r\n]*(.*[^ \t\r\n])[ \t\r\n]*" text; in
    if parsed == null then "" else head parsed;
  fixedWidthNumber = width: n:
    let text = toString n; in concatStrings (replicate (max 0 (width - stringLength text)) "0") + text;
  toShellVar = name: value: "${name}=${escapeShellArg value}";
  fileContents = file: removeSuffix "\n" (builtins.readFile file);
  importJSON = file: builtins.fromJSON (builtins.readFile file);

  # the usual groups
  lists = {
    inherit optional optionals toList range unique flatten last init take drop reverseList imap0 imap1 forEach
      findFirst foldr zipLists count remove concatMap;
  };
  attrsets = {
    inherit optionalAttrs nameValuePair mapAttrs' mapAttrsToList filterAttrs genAttrs mergeAttrsList attrByPath
      recursiveUpdate cartesianProduct getAttrs isDerivation concatMapAttrs;
    inherit (builtins) mapAttrs attrNames attrValues;
  };
  strings = {
    inherit optionalString concatStrings concatMapStrings concatMapStringsSep hasPrefix hasSuffix hasInfix
      removePrefix removeSuffix splitString escapeShellArg escapeShellArgs toUpper toLower makeBinPath;
    inherit (builtins) concatStringsSep;
  };
  trivial = { inherit id const flip pipe max min boolToString; };
  isCallable = f: isFunction f || (isAttrs f && f ? __functor);
}
