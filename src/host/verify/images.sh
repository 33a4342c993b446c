# The checks of images in verify.sh: whether the metadata of a container's image is what the profile of the program was read from.

# Lines in the order of declared_image. Texts are quoted, so that none contains a separate line.
image_template='user:{{printf "%.80q" .Config.User}}{{range $path, $_ := .Config.Volumes}}
volume:{{printf "%.80q" $path}}{{end}}{{range $port, $_ := .Config.ExposedPorts}}
port:{{printf "%.20q" $port}}{{end}}'

unlike_profile() {
  wanted=$(declared_image "$(owner_of)" | tr ' ' '\n')
  [ -n "$wanted" ] || return 0
  profiles=yes
  if ! said=$(docker image inspect --format "$image_template" "$(ask of)" 2>/dev/null); then
    doubt 'runs an image that is not here'
    return 0
  fi
  lacking=$(printf '%s\n' "$wanted" | grep -vxF -e "$said" | tr '\n' ' ')
  besides=$(printf '%s\n' "$said" | grep -vxF -e "$wanted" | tr '\n' ' ')
  [ -z "$lacking" ] || mark "has no ${lacking% }"
  [ -z "$besides" ] || mark "has ${besides% }"
}

# If no container has a profile, there is no result.
images() {
  control=image
  profiles=
  gather unlike_profile
  [ -z "$profiles" ] || judge 'each image has the user, the volumes and the ports that its profile was read with'
}
