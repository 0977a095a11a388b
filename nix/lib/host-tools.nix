# SPDX-License-Identifier: Apache-2.0
# nixpkgs attribute -> the programs it brings, as a place finds them on PATH. The first one is the main program.
{
  tools = {
    # shells and basics
    bash = [ "bash" ]; bashInteractive = [ "bash" ]; dash = [ "dash" ]; zsh = [ "zsh" ]; fish = [ "fish" ];
    busybox = [ "busybox" ];
    coreutils = [ "ls" "cat" "cp" "mv" "rm" "mkdir" "chmod" "date" "env" "head" "sort" "tail" "touch" "tr" "uniq" "wc" ];
    findutils = [ "find" "xargs" ]; diffutils = [ "diff" "cmp" ]; gnugrep = [ "grep" ]; gnused = [ "sed" ];
    gawk = [ "gawk" ]; mawk = [ "mawk" ];
    gnutar = [ "tar" ]; gzip = [ "gzip" "gunzip" ]; bzip2 = [ "bzip2" ]; xz = [ "xz" ]; zstd = [ "zstd" ];
    lz4 = [ "lz4" ]; brotli = [ "brotli" ]; pigz = [ "pigz" ];
    zip = [ "zip" ]; unzip = [ "unzip" ]; p7zip = [ "7z" ]; cpio = [ "cpio" ]; unrar = [ "unrar" ];
    which = [ "which" ]; file = [ "file" ]; tree = [ "tree" ]; less = [ "less" ]; bc = [ "bc" ];
    gnupatch = [ "patch" ]; patch = [ "patch" ]; time = [ "time" ];
    procps = [ "ps" "pgrep" "pkill" ]; psmisc = [ "killall" "fuser" "pstree" ];
    util-linux = [ "flock" "lsblk" "unshare" ]; hostname = [ "hostname" ]; inetutils = [ "hostname" ];
    parallel = [ "parallel" ]; moreutils = [ "sponge" "ts" ]; expect = [ "expect" ]; tmux = [ "tmux" ];
    screen = [ "screen" ]; entr = [ "entr" ]; inotify-tools = [ "inotifywait" ];
    attr = [ "getfattr" "setfattr" ]; acl = [ "getfacl" "setfacl" ]; rename = [ "rename" ]; xxd = [ "xxd" ];
    hexdump = [ "hexdump" ]; perl = [ "perl" ]; gettext = [ "gettext" "msgfmt" "envsubst" ];
    envsubst = [ "envsubst" ]; m4 = [ "m4" ];
    # network
    curl = [ "curl" ]; wget = [ "wget" ]; openssh = [ "ssh" "scp" "ssh-keygen" ]; rsync = [ "rsync" ];
    netcat = [ "nc" ]; socat = [ "socat" ]; iproute2 = [ "ip" "ss" ]; iputils = [ "ping" ];
    dnsutils = [ "dig" "nslookup" ]; bind = [ "dig" ];
    nmap = [ "nmap" ]; tcpdump = [ "tcpdump" ]; httpie = [ "http" "https" ]; aria2 = [ "aria2c" ];
    rclone = [ "rclone" ]; lftp = [ "lftp" ]; openssl = [ "openssl" ]; gnupg = [ "gpg" ];
    age = [ "age" "age-keygen" ]; sops = [ "sops" ]; pass = [ "pass" ]; mkcert = [ "mkcert" ];
    websocat = [ "websocat" ]; grpcurl = [ "grpcurl" ]; step-cli = [ "step" ]; cosign = [ "cosign" ];
    minisign = [ "minisign" ]; rage = [ "rage" ];
    # version control and forges
    git = [ "git" ]; gitMinimal = [ "git" ]; git-lfs = [ "git-lfs" ]; gh = [ "gh" ]; glab = [ "glab" ];
    tea = [ "tea" ]; mercurial = [ "hg" ]; subversion = [ "svn" ]; jujutsu = [ "jj" ]; pre-commit = [ "pre-commit" ];
    gitleaks = [ "gitleaks" ]; git-cliff = [ "git-cliff" ]; commitlint = [ "commitlint" ]; lefthook = [ "lefthook" ];
    act = [ "act" ]; actionlint = [ "actionlint" ]; trufflehog = [ "trufflehog" ]; tig = [ "tig" ];
    delta = [ "delta" ];
    # data and search
    jq = [ "jq" ]; yq = [ "yq" ]; yq-go = [ "yq" ]; jo = [ "jo" ]; gron = [ "gron" ]; miller = [ "mlr" ];
    xmlstarlet = [ "xmlstarlet" ]; libxml2 = [ "xmllint" ]; libxslt = [ "xsltproc" ]; dasel = [ "dasel" ];
    fx = [ "fx" ]; csvkit = [ "csvcut" ]; jsonnet = [ "jsonnet" ]; cue = [ "cue" ]; dhall = [ "dhall" ];
    taplo = [ "taplo" ];
    ripgrep = [ "rg" ]; fd = [ "fd" ]; bat = [ "bat" ]; fzf = [ "fzf" ]; silver-searcher = [ "ag" ];
    tokei = [ "tokei" ]; cloc = [ "cloc" ]; scc = [ "scc" ]; sd = [ "sd" ]; eza = [ "eza" ];
    hyperfine = [ "hyperfine" ]; watchexec = [ "watchexec" ]; dust = [ "dust" ]; duf = [ "duf" ]; ncdu = [ "ncdu" ];
    htop = [ "htop" ]; btop = [ "btop" ]; pv = [ "pv" ];
    # C, C++ and build tools
    gcc = [ "gcc" "g++" "cc" "c++" ]; gcc12 = [ "gcc" "g++" ]; gcc13 = [ "gcc" "g++" ]; gcc14 = [ "gcc" "g++" ];
    clang = [ "clang" "clang++" ]; clang-tools = [ "clang-format" "clang-tidy" "clangd" ]; lld = [ "ld.lld" ];
    llvm = [ "llvm-config" ]; mold = [ "mold" ]; binutils = [ "ld" "ar" "nm" "objdump" "strip" ];
    gnumake = [ "make" ]; cmake = [ "cmake" "ctest" ]; ninja = [ "ninja" ]; meson = [ "meson" ];
    autoconf = [ "autoconf" ]; automake = [ "automake" ]; libtool = [ "libtool" ]; pkg-config = [ "pkg-config" ];
    bison = [ "bison" ]; flex = [ "flex" ]; ccache = [ "ccache" ]; sccache = [ "sccache" ]; bear = [ "bear" ];
    gperf = [ "gperf" ]; nasm = [ "nasm" ]; yasm = [ "yasm" ]; swig = [ "swig" ]; bazel = [ "bazel" ];
    bazelisk = [ "bazelisk" ]; buck2 = [ "buck2" ]; scons = [ "scons" ]; just = [ "just" ]; go-task = [ "task" ];
    xmake = [ "xmake" ]; conan = [ "conan" ]; protobuf = [ "protoc" ]; buf = [ "buf" ]; flatbuffers = [ "flatc" ];
    capnproto = [ "capnp" ]; thrift = [ "thrift" ];
    gdb = [ "gdb" ]; lldb = [ "lldb" ]; valgrind = [ "valgrind" ]; strace = [ "strace" ]; ltrace = [ "ltrace" ];
    cppcheck = [ "cppcheck" ]; lcov = [ "lcov" "genhtml" ]; gcovr = [ "gcovr" ]; doxygen = [ "doxygen" ];
    include-what-you-use = [ "include-what-you-use" ]; perf = [ "perf" ]; patchelf = [ "patchelf" ]; upx = [ "upx" ];
    # languages
    nodejs = [ "node" "npm" "npx" ]; nodejs_18 = [ "node" "npm" "npx" ]; nodejs_20 = [ "node" "npm" "npx" ];
    nodejs_22 = [ "node" "npm" "npx" ]; nodejs_24 = [ "node" "npm" "npx" ]; yarn = [ "yarn" ];
    yarn-berry = [ "yarn" ]; pnpm = [ "pnpm" ]; bun = [ "bun" ]; deno = [ "deno" ]; corepack = [ "corepack" ];
    typescript = [ "tsc" ]; esbuild = [ "esbuild" ]; eslint = [ "eslint" ]; prettier = [ "prettier" ];
    biome = [ "biome" ]; oxlint = [ "oxlint" ]; playwright = [ "playwright" ];
    python3 = [ "python3" ]; python = [ "python" ]; python2 = [ "python2" ]; python39 = [ "python3.9" ];
    python310 = [ "python3.10" ]; python311 = [ "python3.11" ]; python312 = [ "python3.12" ];
    python313 = [ "python3.13" ]; poetry = [ "poetry" ]; uv = [ "uv" "uvx" ]; pipenv = [ "pipenv" ];
    pipx = [ "pipx" ]; pdm = [ "pdm" ]; hatch = [ "hatch" ]; ruff = [ "ruff" ]; black = [ "black" ];
    mypy = [ "mypy" ]; pyright = [ "pyright" ]; isort = [ "isort" ]; tox = [ "tox" ]; nox = [ "nox" ];
    virtualenv = [ "virtualenv" ];
    rustc = [ "rustc" ]; cargo = [ "cargo" ]; rustfmt = [ "rustfmt" "cargo-fmt" ];
    clippy = [ "cargo-clippy" "clippy-driver" ]; rustup = [ "rustup" ]; rust-analyzer = [ "rust-analyzer" ];
    cargo-nextest = [ "cargo-nextest" ]; cargo-audit = [ "cargo-audit" ]; cargo-deny = [ "cargo-deny" ];
    cargo-edit = [ "cargo-add" ]; cargo-tarpaulin = [ "cargo-tarpaulin" ]; cargo-llvm-cov = [ "cargo-llvm-cov" ];
    cargo-watch = [ "cargo-watch" ]; wasm-pack = [ "wasm-pack" ]; maturin = [ "maturin" ]; trunk = [ "trunk" ];
    go = [ "go" "gofmt" ]; go_1_22 = [ "go" ]; go_1_23 = [ "go" ]; gopls = [ "gopls" ];
    golangci-lint = [ "golangci-lint" ]; goreleaser = [ "goreleaser" ]; gotestsum = [ "gotestsum" ];
    gofumpt = [ "gofumpt" ]; delve = [ "dlv" ]; ko = [ "ko" ]; go-tools = [ "staticcheck" ];
    govulncheck = [ "govulncheck" ]; gotools = [ "goimports" ];
    jdk = [ "java" "javac" "jar" ]; jdk8 = [ "java" "javac" ]; jdk11 = [ "java" "javac" ];
    jdk17 = [ "java" "javac" ]; jdk21 = [ "java" "javac" ]; openjdk = [ "java" "javac" ]; jre = [ "java" ];
    maven = [ "mvn" ]; gradle = [ "gradle" ]; ant = [ "ant" ]; kotlin = [ "kotlinc" "kotlin" ];
    ktlint = [ "ktlint" ]; scala = [ "scala" "scalac" ]; sbt = [ "sbt" ]; clojure = [ "clojure" "clj" ];
    leiningen = [ "lein" ]; groovy = [ "groovy" ];
    ruby = [ "ruby" "gem" ]; bundler = [ "bundle" ]; rubocop = [ "rubocop" ]; php = [ "php" ];
    phpunit = [ "phpunit" ]; lua = [ "lua" ]; luajit = [ "luajit" ]; stylua = [ "stylua" ]; julia = [ "julia" ];
    R = [ "R" "Rscript" ]; octave = [ "octave" ]; erlang = [ "erl" "erlc" ]; elixir = [ "elixir" "mix" "iex" ];
    gleam = [ "gleam" ]; rebar3 = [ "rebar3" ]; ghc = [ "ghc" "ghci" ]; cabal-install = [ "cabal" ];
    stack = [ "stack" ]; hlint = [ "hlint" ]; ormolu = [ "ormolu" ]; ocaml = [ "ocaml" ]; dune_3 = [ "dune" ];
    opam = [ "opam" ]; racket = [ "racket" ]; sbcl = [ "sbcl" ]; guile = [ "guile" ]; dotnet-sdk = [ "dotnet" ];
    mono = [ "mono" ]; zig = [ "zig" ]; nim = [ "nim" "nimble" ]; crystal = [ "crystal" ]; dart = [ "dart" ];
    flutter = [ "flutter" ]; swift = [ "swift" ]; ldc = [ "ldc2" ]; gfortran = [ "gfortran" ]; tcl = [ "tclsh" ];
    purescript = [ "purs" ]; wasmtime = [ "wasmtime" ]; wabt = [ "wat2wasm" ]; binaryen = [ "wasm-opt" ];
    emscripten = [ "emcc" ]; verilator = [ "verilator" ]; iverilog = [ "iverilog" ];
    # Nix
    nix = [ "nix" "nix-build" "nix-instantiate" "nix-store" ]; nixpkgs-fmt = [ "nixpkgs-fmt" ];
    nixfmt = [ "nixfmt" ]; nixfmt-rfc-style = [ "nixfmt" ]; alejandra = [ "alejandra" ]; statix = [ "statix" ];
    deadnix = [ "deadnix" ]; nil = [ "nil" ]; nixd = [ "nixd" ]; cachix = [ "cachix" ];
    nix-eval-jobs = [ "nix-eval-jobs" ]; nix-output-monitor = [ "nom" ]; nvd = [ "nvd" ]; nix-tree = [ "nix-tree" ];
    npins = [ "npins" ]; niv = [ "niv" ]; devenv = [ "devenv" ]; direnv = [ "direnv" ]; treefmt = [ "treefmt" ];
    nix-fast-build = [ "nix-fast-build" ]; attic-client = [ "attic" ]; colmena = [ "colmena" ];
    nixos-rebuild = [ "nixos-rebuild" ]; deploy-rs = [ "deploy" ]; nix-prefetch-git = [ "nix-prefetch-git" ];
    nix-diff = [ "nix-diff" ];
    # lint and documents
    shellcheck = [ "shellcheck" ]; shfmt = [ "shfmt" ]; yamllint = [ "yamllint" ]; hadolint = [ "hadolint" ];
    markdownlint-cli = [ "markdownlint" ]; vale = [ "vale" ]; typos = [ "typos" ]; codespell = [ "codespell" ];
    editorconfig-checker = [ "editorconfig-checker" ]; lychee = [ "lychee" ]; pandoc = [ "pandoc" ];
    mdbook = [ "mdbook" ]; hugo = [ "hugo" ]; zola = [ "zola" ]; asciidoctor = [ "asciidoctor" ];
    graphviz = [ "dot" ]; plantuml = [ "plantuml" ]; mermaid-cli = [ "mmdc" ];
    texliveFull = [ "pdflatex" "latexmk" ]; typst = [ "typst" ]; imagemagick = [ "convert" "magick" ];
    ffmpeg = [ "ffmpeg" "ffprobe" ]; inkscape = [ "inkscape" ]; ghostscript = [ "gs" ];
    poppler_utils = [ "pdftotext" ]; optipng = [ "optipng" ]; librsvg = [ "rsvg-convert" ]; reuse = [ "reuse" ];
    bats = [ "bats" ]; semgrep = [ "semgrep" ]; sonar-scanner-cli = [ "sonar-scanner" ]; checkov = [ "checkov" ];
    tflint = [ "tflint" ]; ansible-lint = [ "ansible-lint" ]; proselint = [ "proselint" ];
    # containers, clusters, clouds
    docker = [ "docker" ]; docker-client = [ "docker" ]; docker-compose = [ "docker-compose" ];
    podman = [ "podman" ]; podman-compose = [ "podman-compose" ]; buildah = [ "buildah" ]; skopeo = [ "skopeo" ];
    crane = [ "crane" ]; dive = [ "dive" ]; oras = [ "oras" ]; trivy = [ "trivy" ]; grype = [ "grype" ];
    syft = [ "syft" ]; nerdctl = [ "nerdctl" ]; runc = [ "runc" ]; crun = [ "crun" ]; bubblewrap = [ "bwrap" ];
    fuse-overlayfs = [ "fuse-overlayfs" ]; umoci = [ "umoci" ];
    kubectl = [ "kubectl" ]; kubernetes-helm = [ "helm" ]; helmfile = [ "helmfile" ]; kustomize = [ "kustomize" ];
    kind = [ "kind" ]; k3s = [ "k3s" ]; k3d = [ "k3d" ]; minikube = [ "minikube" ]; k9s = [ "k9s" ];
    kubeconform = [ "kubeconform" ]; argocd = [ "argocd" ]; fluxcd = [ "flux" ]; tilt = [ "tilt" ];
    skaffold = [ "skaffold" ]; stern = [ "stern" ]; velero = [ "velero" ]; kubeseal = [ "kubeseal" ];
    istioctl = [ "istioctl" ];
    terraform = [ "terraform" ]; opentofu = [ "tofu" ]; terragrunt = [ "terragrunt" ]; packer = [ "packer" ];
    vault = [ "vault" ]; nomad = [ "nomad" ]; consul = [ "consul" ]; ansible = [ "ansible" "ansible-playbook" ];
    pulumi = [ "pulumi" ]; awscli = [ "aws" ]; awscli2 = [ "aws" ]; azure-cli = [ "az" ];
    google-cloud-sdk = [ "gcloud" "gsutil" ]; doctl = [ "doctl" ]; flyctl = [ "flyctl" ]; hcloud = [ "hcloud" ];
    s3cmd = [ "s3cmd" ]; minio-client = [ "mc" ]; eksctl = [ "eksctl" ]; aws-sam-cli = [ "sam" ];
    _1password = [ "op" ]; _1password-cli = [ "op" ]; bitwarden-cli = [ "bw" ]; doppler = [ "doppler" ];
    qemu = [ "qemu-system-x86_64" "qemu-img" ]; vagrant = [ "vagrant" ]; firecracker = [ "firecracker" ];
    cloud-utils = [ "cloud-localds" ]; heroku = [ "heroku" ]; netlify-cli = [ "netlify" ]; wrangler = [ "wrangler" ];
    # databases and services
    postgresql = [ "psql" "postgres" "initdb" "pg_ctl" "pg_dump" ]; mysql = [ "mysql" "mysqld" ];
    mariadb = [ "mariadb" "mariadbd" ]; sqlite = [ "sqlite3" ]; redis = [ "redis-server" "redis-cli" ];
    valkey = [ "valkey-server" "valkey-cli" ]; mongodb = [ "mongod" ]; mongosh = [ "mongosh" ];
    etcd = [ "etcd" "etcdctl" ]; duckdb = [ "duckdb" ]; clickhouse = [ "clickhouse" ]; influxdb = [ "influxd" ];
    nats-server = [ "nats-server" ]; natscli = [ "nats" ]; rabbitmq-server = [ "rabbitmq-server" ];
    mosquitto = [ "mosquitto" "mosquitto_pub" ]; kafkactl = [ "kafkactl" ]; memcached = [ "memcached" ];
    nginx = [ "nginx" ]; caddy = [ "caddy" ]; haproxy = [ "haproxy" ]; traefik = [ "traefik" ];
    prometheus = [ "prometheus" "promtool" ]; grafana = [ "grafana" ]; mailpit = [ "mailpit" ]; minio = [ "minio" ];
    flyway = [ "flyway" ]; sqlfluff = [ "sqlfluff" ]; pgcli = [ "pgcli" ]; dbmate = [ "dbmate" ];
    liquibase = [ "liquibase" ]; sqlx-cli = [ "sqlx" ]; k6 = [ "k6" ]; wrk = [ "wrk" ]; hey = [ "hey" ];
    vegeta = [ "vegeta" ]; apacheHttpd = [ "httpd" "ab" ]; chromium = [ "chromium" ]; firefox = [ "firefox" ];
    chromedriver = [ "chromedriver" ]; geckodriver = [ "geckodriver" ]; xvfb-run = [ "xvfb-run" ];
  };

  python = {
    pip = [ "pip" ]; pytest = [ "pytest" ]; black = [ "black" ]; flake8 = [ "flake8" ]; mypy = [ "mypy" ];
    pylint = [ "pylint" ]; coverage = [ "coverage" ]; isort = [ "isort" ]; tox = [ "tox" ];
    sphinx = [ "sphinx-build" ]; build = [ "pyproject-build" ]; twine = [ "twine" ]; ruff = [ "ruff" ];
    bandit = [ "bandit" ]; virtualenv = [ "virtualenv" ]; nox = [ "nox" ]; jupyter = [ "jupyter" ];
    mkdocs = [ "mkdocs" ]; uvicorn = [ "uvicorn" ]; gunicorn = [ "gunicorn" ];
  };

  node = {
    npm = [ "npm" ]; yarn = [ "yarn" ]; pnpm = [ "pnpm" ]; eslint = [ "eslint" ]; prettier = [ "prettier" ];
    typescript = [ "tsc" ]; jest = [ "jest" ]; mocha = [ "mocha" ]; webpack-cli = [ "webpack" ]; serve = [ "serve" ];
    svgo = [ "svgo" ]; npm-check-updates = [ "ncu" ];
  };
}
